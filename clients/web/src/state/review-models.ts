/**
 * Applications as those who review them see them: two people for each, never the same one
 * twice and never one's own. What was found is one list; each signs it as it stands.
 */

import type { ReadonlySignal } from "@preact/signals"
import type { ReviewMine } from "../protocol/events"
import type { ApplicationStanding, Finding, Need } from "./application-models"
import type { Outcome } from "./asked"

export interface WaitingApplication {
  readonly application: string
  readonly type: string
  readonly submittedAt: Date
  /** How many have signed it off: 0 or 1. */
  readonly signedOff: number
}

export interface ReviewCase {
  readonly application: string
  readonly type: string
  readonly standing: ApplicationStanding
  /** Whose it is. */
  readonly handle: string
  readonly submittedAt: Date
  readonly needs: readonly Need[]
  /** What this account has decided. */
  readonly mine: ReviewMine
  /** What others have decided, never who; empty until this account has. */
  readonly others: readonly ReviewMine[]
  /** How many have signed it off. */
  readonly signedOff: number
  /** What is not met today, by code. */
  readonly missing: readonly string[]
}

/** What somebody notes. */
export interface Verdict extends Finding {
  /** It does not concern whoever applies. */
  readonly waived: boolean
}

export interface Reviewing {
  /** Those that this account may sign, the oldest first; undefined until the server has said. */
  readonly waiting: ReadonlySignal<readonly WaitingApplication[] | undefined>
  /** How many wait for others: one's own, and those that one has signed. */
  readonly forOthers: ReadonlySignal<number>
  /** The one that was looked at last. */
  readonly current: ReadonlySignal<ReviewCase | undefined>
  /** Asks the server anew what waits. */
  look(): Promise<Outcome>
  /** Asks the server for one of them. */
  see(application: string): Promise<Outcome>
  /** Opens a sealed document on this device. */
  open(application: string, document: string): Promise<Outcome & { readonly file?: File | undefined }>
  note(application: string, need: string, verdict: Verdict): Promise<Outcome>
  /** Both take a passkey. */
  signOff(application: string): Promise<Outcome>
  refuse(application: string, reason: string): Promise<Outcome>
  /** Back to a draft, to be changed; what was signed of it falls. */
  sendBack(application: string, reason: string): Promise<Outcome>
}
