/**
 * Follows the device lists of the people one writes with, and of one's own account.
 *
 * That a list changed says the server, in a notice or when its conversations are listed;
 * what it says, the account and the log. A server that keeps quiet about a list is found
 * out by its log.
 */

import { retryDelayMs } from "../protocol/backoff"
import { NotConnected, Refused } from "../protocol/errors"
import { ClientError } from "./errors"

/** How often a list is asked for that the server does not give. */
const MAX_ATTEMPTS = 5

export class DeviceWatch {
  private readonly wanted = new Set<string>()
  private isAsking = false

  /** `changed` is told of every account whose list was looked at; `signal` ends the asking. */
  constructor(
    private readonly checkedList: (account: string) => Promise<unknown>,
    private readonly changed: (account: string) => void,
    private readonly signal: AbortSignal,
    /** Told of what must not happen. */
    private readonly failed: (error: unknown) => void,
  ) {}

  /** Asks for the lists of these accounts soon, one after the other. */
  look(accounts: Iterable<string>): void {
    for (const account of accounts) this.wanted.add(account)
    if (this.isAsking) return
    this.isAsking = true
    this.ask().catch(this.failed)
  }

  private async ask(): Promise<void> {
    try {
      for (const account of this.wanted) {
        if (this.signal.aborted) return
        this.wanted.delete(account)
        if (await this.isAnswered(account)) this.changed(account)
      }
    } finally {
      this.isAsking = false
    }
  }

  /** Asks for one list; what cannot be had is asked for at the next connect. */
  private async isAnswered(account: string): Promise<boolean> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS && !this.signal.aborted; attempt++) {
      try {
        await this.checkedList(account)
        return true
      } catch (error) {
        const known = error instanceof NotConnected || error instanceof ClientError || error instanceof Refused
        if (!known) throw error
        if (!(error instanceof Refused) || error.code !== "rate_limited") return false
        await this.pause(retryDelayMs(attempt, error.retryAfterMs))
      }
    }
    return false
  }

  private pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      this.signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true })
    })
  }
}
