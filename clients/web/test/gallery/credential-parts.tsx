/** What stands in the shell without an address: of screens that no wire carries yet. */

import type { ComponentChildren } from "preact"
import { Shell } from "../../src/ui/shell/Shell"
import { app, session } from "./app"
import type { State } from "./state"

/** What stands in the shell without an address of its own. */
export const inShell = (children: () => ComponentChildren, more: Omit<State, "app" | "part">): State => ({
  app: () => app({ kind: "open", session: session() }),
  part: () => <Shell app={app({ kind: "open", session: session() })}>{children()}</Shell>,
  ...more,
})
