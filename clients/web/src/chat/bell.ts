/** Something to wait for: rung, it stays so until it is stilled. */
export class Bell {
  private rung = false
  private readonly waiting = new Set<() => void>()

  ring(): void {
    this.rung = true
    for (const wake of this.waiting) wake()
    this.waiting.clear()
  }

  still(): void {
    this.rung = false
  }

  get isRung(): boolean {
    return this.rung
  }

  /** Resolves once it is rung; throws the signal's reason when that is aborted first. */
  heard(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.rung) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const wake = () => {
        signal.removeEventListener("abort", end)
        resolve()
      }
      const end = () => {
        this.waiting.delete(wake)
        reject(signal.reason as Error)
      }
      signal.addEventListener("abort", end, { once: true })
      this.waiting.add(wake)
    })
  }

  /** Whether it was rung within a time. */
  async heardWithin(milliseconds: number, clock: Clock, signal: AbortSignal): Promise<boolean> {
    const over = new AbortController()
    const either = AbortSignal.any([signal, over.signal])
    const timer = clock.pause(milliseconds, either).then(
      () => over.abort(),
      () => undefined,
    )
    try {
      await this.heard(either)
      return true
    } catch {
      signal.throwIfAborted()
      return false
    } finally {
      over.abort()
      await timer
    }
  }
}

/** Time and chance, so that tests can make them up. */
export interface Clock {
  /** Waits; throws the signal's reason when that is aborted first. */
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>
  /** From 0 to 1. */
  readonly random: () => number
}

export const CLOCK: Clock = {
  pause: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const end = () => {
        clearTimeout(timer)
        reject(signal.reason as Error)
      }
      const timer = setTimeout(() => {
        signal.removeEventListener("abort", end)
        resolve()
      }, milliseconds)
      signal.addEventListener("abort", end, { once: true })
    }),
  random: Math.random,
}
