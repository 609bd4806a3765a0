/** The screens about credentials within the shell: no address leads to them yet. */

import type { ComponentChildren } from "preact"
import type { CredentialRoom } from "../../src/state/credential-models"
import { CredentialsScreen } from "../../src/ui/credentials/CredentialsScreen"
import { Shell } from "../../src/ui/shell/Shell"
import { app, session } from "./app"
import type { State } from "./state"

const inShell = (children: () => ComponentChildren, more: Omit<State, "app" | "part">): State => ({
  app: () => app({ kind: "open", session: session() }),
  part: () => <Shell app={app({ kind: "open", session: session() })}>{children()}</Shell>,
  ...more,
})

export const mine = (room: () => CredentialRoom, more: Omit<State, "app" | "part"> = {}): State =>
  inShell(() => <CredentialsScreen room={room()} />, more)
