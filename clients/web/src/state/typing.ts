/** Who writes at this moment. Nothing of it is stored; it ends by itself. */

import { computed, type ReadonlySignal, signal } from "@preact/signals"

/** How long a sign of typing counts: whoever goes on writing gives another before. */
export const TYPING_MS = 10_000
/** Between two signs of one's own. */
const AGAIN_MS = 5_000
/** Nobody is told who has not been here lately: a sign wakes their devices. */
const LATELY_MS = 5 * 60_000

interface Sign {
  readonly at: number
  readonly timer: ReturnType<typeof setTimeout>
}

export class TypingSigns {
  private readonly writing = signal<ReadonlyMap<string, Sign>>(new Map())
  private toldAt = -Infinity
  private heardAt = -Infinity

  /** Accounts of those who write. */
  readonly accounts: ReadonlySignal<readonly string[]> = computed(() => [...this.writing.value.keys()])

  /** A sign from `at`: it counts for what is left of its time. `now`: Unix milliseconds, too. */
  heard(account: string, on: boolean, at: number, now: number): void {
    this.end(account)
    const left = Math.min(TYPING_MS, at + TYPING_MS - now)
    if (!on || left <= 0) return
    const timer = setTimeout(() => this.end(account), left)
    this.writing.value = new Map(this.writing.peek()).set(account, { at, timer })
  }

  /** Somebody else read or wrote something at that time: what they were writing is there. */
  wasHere(account: string, at: number, wrote: boolean): void {
    this.heardAt = Math.max(this.heardAt, at)
    const sign = this.writing.peek().get(account)
    if (wrote && sign !== undefined && sign.at <= at) this.end(account)
  }

  /** Whether the others should be told now that the person writes; notes that they are. */
  isDue(now: number): boolean {
    const isDue = now - this.toldAt >= AGAIN_MS && now - this.heardAt < LATELY_MS
    if (isDue) this.toldAt = now
    return isDue
  }

  close(): void {
    for (const account of this.writing.peek().keys()) this.end(account)
  }

  private end(account: string): void {
    const all = new Map(this.writing.peek())
    clearTimeout(all.get(account)?.timer)
    if (all.delete(account)) this.writing.value = all
  }
}
