/**
 * Stays on duty: tells the server every 15 s that this device shows what it is sent, and
 * asks every 5 s how things stand, and at once when something happened.
 *
 * Each pause begins with the answer of the server. A browser lets the timers of a page
 * that nobody sees fire once a minute, if they hang on each other; those that hang on an
 * answer it lets be, so a responder who looks at another window stays at the desk.
 */

import { NotConnected, Refused } from "../protocol/errors"

export const BEAT_MS = 15_000
export const POLL_MS = 5_000
/** While off duty: somebody may be on duty at another device of theirs. */
export const IDLE_POLL_MS = 30_000

/** What is done again and again, as long as `signal` lets it. */
export async function again(
  work: () => Promise<void>,
  pauseMs: () => number,
  nudge: Nudge,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work()
    } catch (error) {
      // The line comes back by itself; what the server refuses now it may grant later.
      if (!(error instanceof NotConnected) && !(error instanceof Refused)) throw error
    }
    await nudge.within(pauseMs(), signal)
  }
}

/** Cuts a pause short. A nudge that comes while nobody waits ends the next pause. */
export class Nudge {
  private isDue = false
  private wake: (() => void) | undefined

  now(): void {
    this.isDue = true
    this.wake?.()
  }

  /** Resolves when the time is up, at a nudge, or when `signal` ends it. */
  async within(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (!this.isDue && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer)
          signal.removeEventListener("abort", done)
          this.wake = undefined
          resolve()
        }
        const timer = setTimeout(done, milliseconds)
        signal.addEventListener("abort", done, { once: true })
        this.wake = done
      })
    }
    this.isDue = false
  }
}
