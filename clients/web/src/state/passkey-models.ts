/** What screens show of the account's passkeys, and can ask for. */

import type { ReadonlySignal } from "@preact/signals"
import type { Outcome } from "./asked"

export interface Passkeys {
  /** Whether this browser knows passkeys at all. */
  readonly possible: boolean
  /** How many an account can have. */
  readonly most: number
  /** The oldest first; undefined until the server has said. */
  readonly list: ReadonlySignal<readonly OwnPasskey[] | undefined>
  /** Asks the server anew. */
  look(): Promise<Outcome>
  /** Makes another one; the browser asks for one that there is before, and then for the new one. */
  add(label: string): Promise<Outcome>
  /** Lets one bring the account back that does not any more, as after a new account key. */
  bringBackBy(passkey: string): Promise<Outcome>
  /** Has the server forget one. `client.last_way` if nothing else would bring the account back. */
  remove(passkey: string): Promise<Outcome>
}

export interface OwnPasskey {
  readonly passkey: string
  /** What its owner called it. */
  readonly label: string
  readonly madeAt: Date
  /** When it was last shown to the server; opening this browser tells nobody. */
  readonly usedAt: Date | undefined
  /** This browser is locked with it, and goes on to be when the server has forgotten it. */
  readonly opensHere: boolean
  readonly bringsBack: boolean
  /** Nothing else brings the account back. */
  readonly isLastWay: boolean
}
