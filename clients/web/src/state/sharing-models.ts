/**
 * What other systems may be told of this account: what the screen shows, and what it can
 * ask for (`consent.*`).
 *
 * Nothing is told before somebody agrees here, purpose by purpose, to words of one version.
 */

import type { ReadonlySignal } from "@preact/signals"
import type { ConsentPurpose } from "../protocol/events"
import type { Outcome } from "./asked"

export type { ConsentPurpose } from "../protocol/events"

export interface SharedPurpose {
  readonly purpose: ConsentPurpose
  /** Of its words as they are now, at the server. */
  readonly version: number
  /** To these words. */
  readonly isGiven: boolean
  /** Of the words that were agreed to last, whether that still counts or not. */
  readonly givenVersion: number | undefined
  readonly givenAt: Date | undefined
  /** Undefined where the last word is a yes, even to older words. */
  readonly takenBackAt: Date | undefined
  /** Somebody of this purpose knows the account by a made-up name. */
  readonly wasTold: boolean
  readonly recipients: readonly Recipient[]
}

export interface Recipient {
  readonly host: string
  /** Of events: `session.ended`, all of a family (`session.*`), or `*`. */
  readonly types: readonly string[]
  readonly hearsOfCrises: boolean
}

export interface Sharing {
  /** All there are, in the server's order; undefined until it has said. */
  readonly purposes: ReadonlySignal<readonly SharedPurpose[] | undefined>
  /** Asks the server anew. */
  look(): Promise<Outcome>
  /** `version`: of the words that were read. `conflict`: they have changed, and those of now are in `purposes`. */
  agree(purpose: ConsentPurpose, version: number): Promise<Outcome>
  /** A yes to older words, too. */
  takeBack(purpose: ConsentPurpose): Promise<Outcome>
}
