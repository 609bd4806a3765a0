/**
 * Stays at the server's head while connected, and hears what it tells meanwhile.
 *
 * On every connect what others did is caught up with first, and only then is anybody
 * `ready`. A lost connection makes everybody wait again.
 */

import type { Notice } from "../protocol/connection"
import { retryDelayMs } from "../protocol/backoff"
import { NotConnected, Refused } from "../protocol/errors"
import { Bell, type Clock } from "./bell"
import { passes } from "./failures"

/** How often the logs are compared with the server's heads while connected. */
const RESYNC_MS = 60_000
/** Notices that wait; if more come, the logs are read instead. */
const MAX_NOTICES = 1_000

/** What is followed. */
interface Steps {
  /** Brings everything to where the server is. Throws `Refused`, `NotConnected`: again. */
  catchUp(): Promise<void>
  hear(notice: Notice): Promise<void>
  /** All is known now. */
  caughtUp(): void
}

export class Following {
  private readonly online = new Bell()
  private readonly done = new Bell()
  private readonly again = new Bell()
  private readonly noticed = new Bell()
  private readonly notices: Notice[] = []

  constructor(
    private readonly steps: Steps,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {}

  /** Whether everything that others did until now is known. */
  get isCaughtUp(): boolean {
    return this.done.isRung
  }

  /** Resolves once it is. */
  ready(signal: AbortSignal): Promise<void> {
    return this.done.heard(signal)
  }

  connected(isOnline: boolean): void {
    if (isOnline) {
      this.online.ring()
      this.again.ring()
    } else {
      this.online.still()
      this.done.still()
    }
  }

  /** Compares with the server soon. */
  lookAgain(): void {
    this.again.ring()
  }

  heard(notice: Notice | "missed"): void {
    if (notice === "missed" || this.notices.length >= MAX_NOTICES) return this.again.ring()
    this.notices.push(notice)
    this.noticed.ring()
  }

  async stayCaughtUp(): Promise<void> {
    for (let attempt = 0; ; ) {
      await this.online.heard(this.signal)
      this.again.still()
      try {
        await this.steps.catchUp()
      } catch (error) {
        if (!(error instanceof NotConnected) && !(error instanceof Refused)) throw error
        // A lost line is made anew at a pace of its own.
        if (error instanceof NotConnected) attempt = 0
        const asked = error instanceof Refused ? error.retryAfterMs : 0
        await this.clock.pause(retryDelayMs(attempt++, asked, this.clock.random), this.signal)
        continue
      }
      attempt = 0
      if (this.online.isRung) {
        this.done.ring()
        this.steps.caughtUp()
      }
      await this.again.heardWithin(RESYNC_MS, this.clock, this.signal)
    }
  }

  async hear(): Promise<void> {
    for (;;) {
      await this.noticed.heard(this.signal)
      this.noticed.still()
      for (let next = this.notices.shift(); next !== undefined; next = this.notices.shift()) {
        const notice = next
        if (!(await passes(() => this.steps.hear(notice)))) this.again.ring()
      }
    }
  }
}
