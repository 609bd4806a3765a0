import { useEffect } from "preact/hooks"
import type { Desk } from "../../state/desk-models"
import { Screen } from "../parts/Screen"
import deskCss from "./Desk.module.css"
import { OverrideCard } from "./OverrideCard"
import { OverrideForm } from "./OverrideForm"
import { say } from "./override-words"

export interface OverrideScreensProps {
  readonly desk: Desk
  /** The case of which one is to be opened; empty: those that are open. */
  readonly held: string
}

/** Acting without consent: to open it, and what is under way. */
export function OverrideScreens({ desk, held }: OverrideScreensProps) {
  const { overrides } = desk
  useEffect(() => overrides.watch(), [overrides])
  if (held !== "") return <OverrideForm key={held} desk={desk} held={held} />
  const list = overrides.list.value
  return (
    <Screen title={say("title")} back="#/desk">
      {list === undefined && <p role="status">{say("opening")}</p>}
      {list?.length === 0 && (
        <>
          <p>{say("none")}</p>
          <p class={deskCss.faint}>{say("none.text")}</p>
        </>
      )}
      <ul role="list" class={deskCss.rows}>
        {list?.map((each) => (
          <li key={each.override} class={deskCss.sheet} data-override={each.override}>
            <OverrideCard desk={desk} shown={each} />
          </li>
        ))}
      </ul>
    </Screen>
  )
}
