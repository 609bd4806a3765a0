/**
 * Which part of a history is held in the page: some screens around what somebody reads.
 * Ten thousand messages then cost what a hundred do, in memory, in the store and on screen.
 *
 * A window ends at a row of the log, or at the end: then it follows what comes, and shows
 * what waits to be sent. Moves run one after the other, each on what the one before left.
 */

import { type ReadonlySignal, signal } from "@preact/signals"
import type { Message } from "../chat/messages"

/** Messages in a window at most: enough that nobody scrolls through it before more comes. */
export const MOST = 120
/** Messages by which it moves. */
const STEP = 40

/** Where a history is read. */
export interface Rows {
  /** The last messages before a row (undefined: before none), oldest first. */
  before(limit: number, row?: number): Promise<readonly Message[]>
  /** Messages after a row, oldest first. */
  after(row: number, limit: number): Promise<readonly Message[]>
  /** The row of a message; undefined if it is not here. */
  rowOf(message: string): Promise<number | undefined>
  /** What waits to be sent, in order. */
  waiting(): readonly Message[]
}

interface View {
  readonly messages: readonly Message[]
  readonly hasEarlier: boolean
  /** False where it follows the end. */
  readonly hasLater: boolean
}

export class HistoryWindow {
  readonly view: ReadonlySignal<View>
  private readonly shown = signal<View>({ messages: [], hasEarlier: false, hasLater: false })
  private turn: Promise<unknown> = Promise.resolve()
  private moving = false

  constructor(
    private readonly rows: Rows,
    /** Called with what is about to be shown. */
    private readonly prepare: (messages: readonly Message[]) => Promise<void>,
  ) {
    this.view = this.shown
  }

  /** Reads what is shown once more: something has changed. */
  reload(): Promise<void> {
    return this.inTurn(async () => {
      const { hasLater } = this.shown.peek()
      const first = this.first()
      if (!hasLater) return this.follow(first)
      const last = this.last()
      const kept = await this.rows.after((first ?? 1) - 1, MOST)
      await this.become(
        kept.filter(({ seq }) => seq <= (last ?? 0)),
        true,
      )
    })
  }

  /** The newest messages. */
  newest(): Promise<void> {
    return this.inTurn(() => this.follow(undefined))
  }

  /** Messages around this one; false if it is not here. */
  show(message: string): Promise<boolean> {
    return this.inTurn(async () => {
      const row = await this.rows.rowOf(message)
      if (row === undefined) return false
      const [before, from] = [await this.rows.before(MOST / 2, row), await this.rows.after(row - 1, MOST / 2)]
      const reachesEnd = from.length < MOST / 2
      await this.become([...before, ...from], !reachesEnd)
      return true
    })
  }

  earlier(): Promise<void> {
    return this.move(async () => {
      const { messages, hasLater } = this.shown.peek()
      const more = await this.rows.before(STEP, this.first())
      const all = [...more, ...messages]
      await this.become(all.slice(0, MOST), hasLater || all.length > MOST)
    })
  }

  later(): Promise<void> {
    return this.move(async () => {
      const { messages, hasLater } = this.shown.peek()
      if (!hasLater) return
      const more = await this.rows.after(this.last() ?? 0, STEP)
      await this.become([...messages, ...more].slice(-MOST), more.length === STEP)
    })
  }

  // --- within ---

  private async follow(first: number | undefined): Promise<void> {
    const newest = await this.rows.before(MOST)
    await this.become(
      newest.filter(({ seq }) => seq >= (first ?? 0)),
      false,
    )
  }

  private async become(stored: readonly Message[], hasLater: boolean): Promise<void> {
    const sent = stored.filter(({ seq }) => seq > 0)
    const messages = hasLater ? sent : [...sent, ...this.rows.waiting()]
    const first = sent[0]?.seq
    const hasEarlier = first !== undefined && (await this.rows.before(1, first)).length > 0
    await this.prepare(messages)
    this.shown.value = { messages, hasEarlier, hasLater }
  }

  /** One move at a time: scrolling asks again and again. */
  private async move(step: () => Promise<void>): Promise<void> {
    if (this.moving) return
    this.moving = true
    try {
      await this.inTurn(step)
    } finally {
      this.moving = false
    }
  }

  private inTurn<T>(step: () => Promise<T>): Promise<T> {
    const done = this.turn.then(step)
    this.turn = done.catch(() => undefined)
    return done
  }

  private first(): number | undefined {
    return this.shown.peek().messages.find(({ seq }) => seq > 0)?.seq
  }

  private last(): number | undefined {
    return this.shown.peek().messages.findLast(({ seq }) => seq > 0)?.seq
  }
}
