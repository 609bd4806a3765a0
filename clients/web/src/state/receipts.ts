/**
 * Telling the others how far somebody has read: the newest place only, at most once in a
 * while, and only if they want it told.
 */

/** Between two receipts (crypto design, content types). */
const AGAIN_MS = 5_000

export class Receipts {
  private wanted = 0
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    /** The place that was told last. */
    private told: number,
    private readonly tell: (upTo: number) => void,
  ) {}

  /** Somebody has read up to this row. */
  read(upTo: number): void {
    this.wanted = Math.max(this.wanted, upTo)
    if (this.timer === undefined) this.next()
  }

  /** Tells what waits, for the last time. */
  end(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    if (this.wanted > this.told) this.say()
  }

  private next(): void {
    this.timer = undefined
    if (this.wanted <= this.told) return
    this.say()
    this.timer = setTimeout(() => this.next(), AGAIN_MS)
  }

  private say(): void {
    this.told = this.wanted
    this.tell(this.wanted)
  }
}
