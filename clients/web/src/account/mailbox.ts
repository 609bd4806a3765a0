/**
 * The mailbox on the server through which two devices of one account find each other.
 *
 * Slots are written once, and whoever asks for one waits for it to be filled. Nobody
 * trusts what is in them (`e2ee/formats/pairing.ts`).
 */

import { Accounts } from "../protocol/accounts"
import { connectDelayMs, retryDelayMs } from "../protocol/backoff"
import { NotConnected, Refused } from "../protocol/errors"
import { ClientError } from "./errors"

/** How long the server keeps a mailbox: who waits longer waits in vain. */
const LIFETIME_MS = 600_000
/** After an empty slot. The server has waited before it says so; one that has not must not be asked without end. */
const EMPTY_PAUSE_MS = 1_000

export const [OFFER, ANSWER, REVEAL, GRANT] = [0, 1, 2, 3]

export class Mailbox {
  private readonly accounts: Accounts
  private readonly ends: AbortSignal

  /** `signal` ends every wait: the person gave up. */
  constructor(
    origin: string,
    private readonly id: string,
    private readonly signal: AbortSignal,
  ) {
    this.accounts = new Accounts(origin)
    this.ends = AbortSignal.any([signal, AbortSignal.timeout(LIFETIME_MS)])
  }

  /** Fills a slot. Throws `Refused` (`conflict`): somebody filled it before, with other octets. */
  async put(slot: number, octets: Uint8Array): Promise<void> {
    await this.persist(async () => {
      await this.accounts.putSlot(this.id, slot, octets.slice())
      return true
    })
  }

  /** What the other device left in a slot, once it is there. */
  get(slot: number): Promise<Uint8Array> {
    return this.persist(() => this.accounts.slot(this.id, slot, this.ends))
  }

  /** `client.pairing_failed`: it did not come within ten minutes, or the person gave up. */
  private async persist<T>(attempt: () => Promise<T | undefined>): Promise<T> {
    for (let failures = 0; !this.ends.aborted; ) {
      let pauseMs = EMPTY_PAUSE_MS
      try {
        const found = await attempt()
        if (found !== undefined) return found
        failures = 0
      } catch (error) {
        if (error instanceof Refused && error.fault === "server") pauseMs = retryDelayMs(failures, error.retryAfterMs)
        else if (error instanceof NotConnected) pauseMs = connectDelayMs(failures)
        else throw error
        failures += 1
      }
      await this.pause(pauseMs)
    }
    const why = this.signal.aborted ? "stopped" : "the other device did not answer within ten minutes"
    throw new ClientError("client.pairing_failed", why)
  }

  private pause(milliseconds: number): Promise<void> {
    if (this.ends.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      this.ends.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true })
    })
  }
}
