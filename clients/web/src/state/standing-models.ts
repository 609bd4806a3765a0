/** The credentials of somebody else, for those who review: looked up, paused, given back, taken back. */

import type { ReadonlySignal } from "@preact/signals"
import type { StatusReason } from "../protocol/events"
import type { Outcome } from "./asked"
import type { OwnCredential } from "./credential-models"

/** What can be done to a credential, by the command that does it. */
export type StandingStep = "suspend" | "reinstate" | "revoke"

export interface Holder {
  readonly account: string
  readonly handle: string
  /** The newest first. */
  readonly credentials: readonly OwnCredential[]
}

export interface Standings {
  /** Who was looked up last; undefined: nobody so far. */
  readonly holder: ReadonlySignal<Holder | undefined>
  /** Asks the server for somebody's credentials. */
  look(handle: string): Promise<Outcome>
  /** Takes a passkey. */
  change(credential: string, step: StandingStep, reason: StatusReason): Promise<Outcome>
}
