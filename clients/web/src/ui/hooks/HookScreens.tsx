import type { HookConsole } from "../../state/hook-models"
import type { Route } from "../route"
import { AddScreen } from "./AddScreen"
import { HooksScreen } from "./HooksScreen"
import { LogScreen } from "./LogScreen"

export interface HookScreensProps {
  readonly hooks: HookConsole
  readonly at: Extract<Route, { screen: "hooks" }>
}

/** The screens about webhooks: every endpoint, another one, and what was done to them. */
export function HookScreens({ hooks, at: { part } }: HookScreensProps) {
  switch (part) {
    case "all":
      return <HooksScreen hooks={hooks} />
    case "add":
      return <AddScreen hooks={hooks} />
    case "log":
      return <LogScreen hooks={hooks} />
  }
}
