/**
 * Applications as those who review them see them: one open at a time, two people for each,
 * never the same one twice and never one's own. What is decided is decided by the server.
 */

import type { ReadonlySignal } from "@preact/signals"
import type { Finding, Need } from "./application-models"
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
  /** Whose it is. */
  readonly handle: string
  readonly submittedAt: Date
  readonly needs: readonly ReviewedNeed[]
  /** What this account has decided. */
  readonly mine: "open" | "signed" | "refused"
  readonly other: OtherReview
}

export interface ReviewedNeed extends Need {
  /** What this account has noted. */
  readonly mine: Verdict | undefined
  /** Whether the other one found it met; the server says so once both have decided. */
  readonly others: boolean | undefined
}

export interface Verdict extends Finding {
  readonly met: boolean
}

/** What the other one did, never who it is. */
export type OtherReview =
  | { readonly kind: "none" | "looking" }
  | { readonly kind: "signed" | "refused"; readonly at: Date }

export interface Reviewing {
  /** Those that this account may take, the oldest first; undefined until the server has said. */
  readonly waiting: ReadonlySignal<readonly WaitingApplication[] | undefined>
  /** How many wait for others: one's own, and those that one has signed. */
  readonly forOthers: ReadonlySignal<number>
  /** The one that this account has open, or has decided on last. */
  readonly current: ReadonlySignal<ReviewCase | undefined>
  /** Asks the server anew. */
  look(): Promise<Outcome>
  take(application: string): Promise<Outcome>
  /** Gives it back undecided: somebody else can take it. */
  putBack(application: string): Promise<Outcome>
  /** Opens a sealed document on this device. */
  open(application: string, document: string): Promise<Outcome & { readonly file?: Blob | undefined }>
  note(application: string, need: string, verdict: Verdict): Promise<Outcome>
  /** Signs with the key of this device what was noted. */
  signOff(application: string): Promise<Outcome>
  /** Back to a draft, to be changed; what was signed of it falls. */
  sendBack(application: string, reason: string): Promise<Outcome>
  refuse(application: string, reason: string): Promise<Outcome>
}
