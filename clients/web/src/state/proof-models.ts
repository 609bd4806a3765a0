/** Credentials that people ask each other for in a conversation, as screens show them. */

import type { Flaw } from "../credentials/errors"
import type { Outcome } from "./asked"

/** What is known on this device of one conversation, without asking anybody. */
export interface AskedAndShown {
  /** Of everybody else the newest question that nobody here has answered or put off. */
  readonly asked: readonly CredentialAsked[]
  /** When this device asked last; undefined: it has not. */
  readonly ownAt: Date | undefined
  /** How many have shown something since. */
  readonly answers: number
  /** Some of it was not looked at. */
  readonly isNew: boolean
}

export interface CredentialAsked {
  /** What an answer names. */
  readonly ask: string
  readonly account: string
  readonly handle: string
  readonly at: Date
}

/** What somebody showed, verified at a moment. */
export interface CredentialShown {
  readonly account: string
  readonly handle: string
  readonly at: Date
  readonly checkedAt: Date
  readonly verdict: Verdict
}

export type Verdict =
  | { readonly kind: "holds"; readonly credential: ShownFacts }
  | { readonly kind: "refused"; readonly flaw: ShownFlaw }

/** "epoch_over": it came when the keys of the conversation were others already. */
export type ShownFlaw = Flaw | "epoch_over"

export interface ShownFacts {
  /** What it is for, such as `peer_mentor`. */
  readonly type: string
  /** The same in the words of the issuer. */
  readonly name: string
  /** As the issuer calls itself. */
  readonly issuer: string
  readonly validUntil: Date
  /** Whether there are lists that were looked up; without them nobody can take it back. */
  readonly isListed: boolean
}

/** To ask and to show, in a conversation of two. */
export interface Proofs {
  /**
   * Asks the other one; again while nobody has answered, it is the same question. `said` is
   * what older clients show of it.
   */
  ask(said: string): Promise<Outcome>
  /** Verifies what was shown when this device had asked last, as of now. */
  look(): Promise<Outcome & { readonly shown?: readonly CredentialShown[] | undefined }>
  /** Answers with a signed copy that was issued to this device. */
  show(ask: string, jwt: string, said: string): Promise<Outcome>
  /** Takes the questions of somebody away here; nobody is told. */
  putOff(account: string): Promise<Outcome>
}
