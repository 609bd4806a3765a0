/** The screens about credentials within the shell: no address leads to them yet. */

import type { ComponentChildren } from "preact"
import type { Application, Applying } from "../../src/state/application-models"
import type { CredentialRoom } from "../../src/state/credential-models"
import type { ReviewCase, Reviewing } from "../../src/state/review-models"
import { ApplicationScreen } from "../../src/ui/credentials/ApplicationScreen"
import { ApplyScreen } from "../../src/ui/credentials/ApplyScreen"
import { CredentialsScreen } from "../../src/ui/credentials/CredentialsScreen"
import { ReviewCaseScreen } from "../../src/ui/credentials/ReviewCaseScreen"
import { ReviewScreen } from "../../src/ui/credentials/ReviewScreen"
import { Shell } from "../../src/ui/shell/Shell"
import { app, session } from "./app"
import { applying } from "./applications"
import { reviewing } from "./reviews"
import type { State } from "./state"

/** What stands in the shell without an address of its own. */
export const inShell = (children: () => ComponentChildren, more: Omit<State, "app" | "part">): State => ({
  app: () => app({ kind: "open", session: session() }),
  part: () => <Shell app={app({ kind: "open", session: session() })}>{children()}</Shell>,
  ...more,
})

export const mine = (room: () => CredentialRoom, more: Omit<State, "app" | "part"> = {}): State =>
  inShell(() => <CredentialsScreen room={room()} />, more)

export const apply = (room: () => Applying, more: Omit<State, "app" | "part"> = {}): State =>
  inShell(() => <ApplyScreen applying={room()} />, more)

export const applied = (
  shown: Application,
  room: Partial<Applying> = {},
  more: Omit<State, "app" | "part"> = {},
): State => inShell(() => <ApplicationScreen applying={applying([shown], room)} id="a1" />, more)

export const queue = (room: () => Reviewing, more: Omit<State, "app" | "part"> = {}): State =>
  inShell(() => <ReviewScreen reviewing={room()} />, more)

export const reviewed = (
  shown: ReviewCase,
  room: Partial<Reviewing> = {},
  more: Omit<State, "app" | "part"> = {},
): State => inShell(() => <ReviewCaseScreen reviewing={reviewing(shown, room)} id="a1" />, more)
