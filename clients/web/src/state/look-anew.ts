/** To look again at what the server has told has changed. */

import type { Outcome } from "./asked"

/** Somebody who notes sixteen points in a row makes two looks of them. */
const PAUSE_MS = 3_000
/** After a look that may succeed later. */
const LONG_PAUSE_MS = 15_000

/**
 * Looks when it is told to: at once, and what is told while a look is under way or shortly
 * after it is one more look. One that may succeed later is repeated.
 */
export class LookAnew {
  private isWanted = false
  private isRunning = false

  /**
   * Until `ending`. `look` says how it went, of nothing where nothing is shown; `failed`
   * hears of defects.
   */
  constructor(
    private readonly look: () => Promise<readonly Outcome[]>,
    private readonly failed: (error: unknown) => void,
    private readonly ending: AbortSignal,
    private readonly pause: (milliseconds: number) => Promise<void> = wait,
  ) {}

  soon(): void {
    this.isWanted = true
    if (!this.isRunning) this.run().catch(this.failed)
  }

  private async run(): Promise<void> {
    this.isRunning = true
    try {
      while (this.isWanted && !this.ending.aborted) {
        this.isWanted = false
        const outcomes = await this.look()
        if (outcomes.length === 0) continue
        const isForLater = outcomes.some((each) => !each.done && each.problem.fault !== "yours")
        this.isWanted ||= isForLater
        await this.pause(isForLater ? LONG_PAUSE_MS : PAUSE_MS)
      }
    } finally {
      this.isRunning = false
    }
  }
}

const wait = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))
