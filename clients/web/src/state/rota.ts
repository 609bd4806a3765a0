/**
 * The rota of the desk, a week at a time. The server decides who may change it; what was
 * changed here last can be undone until something else is changed or another week is shown.
 */

import { computed, signal } from "@preact/signals"
import { newId } from "../account/ids"
import type { Chat } from "../chat/chat"
import { type Change, copied, inverse, type Wanted } from "../desk/shifts"
import { again, IDLE_POLL_MS, Nudge } from "../desk/watch"
import { weekOf } from "../desk/weeks"
import type { Rota, ShiftView } from "../protocol/events"
import type { Outcome } from "./asked"
import { outcome } from "./outcome"
import type { Done, Planning } from "./rota-models"

const HOUR_MS = 3_600_000

interface Span {
  readonly starts_at: number
  readonly ends_at: number
}

export class LivePlanning implements Planning {
  readonly week
  readonly isThisWeek
  readonly rota = signal<Rota | undefined>(undefined)
  readonly done = signal<Done | undefined>(undefined)
  private readonly look = new Nudge()
  private undoing: Change | undefined
  /** How many calls there were, and the newest whose answer is shown. */
  private asked = 0
  private shown = 0

  /** `now`: the server's clock. `failed` hears of defects. */
  constructor(
    private readonly chat: Chat,
    private readonly now: () => number,
    private readonly failed: (error: unknown) => void,
    private readonly ending: AbortSignal,
  ) {
    this.week = signal(weekOf(now()))
    this.isThisWeek = computed(() => this.week.value === weekOf(this.now()))
    chat.updates.listen(({ kind }) => {
      if (kind === "connection" && chat.state === "online") this.look.now()
    }, ending)
  }

  watch(): () => void {
    this.turn(0)
    const leaving = new AbortController()
    const signal = AbortSignal.any([leaving.signal, this.ending])
    const read = () => this.showing((span) => this.chat.call("rota.list", span))
    again(read, () => IDLE_POLL_MS, this.look, signal).catch(this.failed)
    return () => {
      leaving.abort()
      this.forget()
    }
  }

  turn(weeks: -1 | 0 | 1): void {
    const week = weeks === 0 ? weekOf(this.now()) : weekOf(this.week.peek(), weeks)
    if (week === this.week.peek()) return
    this.week.value = week
    // What is on its way is of the week before.
    this.shown = ++this.asked
    this.rota.value = undefined
    this.forget()
    this.look.now()
  }

  add(wanted: readonly Wanted[]): Promise<Outcome> {
    return outcome(() => this.apply("added", { plan: wanted.map((each) => this.named(each)), remove: [] }))
  }

  change({ shift }: ShiftView, wanted: Wanted): Promise<Outcome> {
    return outcome(() => this.apply("changed", { plan: [{ ...wanted, shift }], remove: [] }))
  }

  remove({ shift }: ShiftView): Promise<Outcome> {
    return outcome(() => this.apply("removed", { plan: [], remove: [shift] }))
  }

  copyLastWeek(): Promise<Outcome> {
    return outcome(async () => {
      const week = this.week.peek()
      const last = weekOf(week, -1)
      const answer = await this.chat.call("rota.list", { starts_at: last, ends_at: week })
      const here = this.rota.peek()
      if (here === undefined || week !== this.week.peek()) return
      const wanted = copied(answer.shifts, [last, week], here.shifts, here.members, this.now())
      if (wanted.length > 0) await this.apply("copied", { plan: wanted.map((each) => this.named(each)), remove: [] })
      else this.tell({ what: "copied", count: 0, canUndo: false }, undefined)
    })
  }

  undo(): Promise<Outcome> {
    return outcome(async () => {
      if (this.undoing !== undefined) await this.apply("undone", this.undoing)
    })
  }

  // --- within ---

  private async apply(what: Done["what"], change: Change): Promise<void> {
    const before = this.rota.peek()?.shifts ?? []
    const week = this.week.peek()
    await this.showing((span) => this.chat.call("rota.change", { ...span, ...change }))
    if (week !== this.week.peek()) return
    const count = change.plan.length + change.remove.length
    const canUndo = what !== "undone"
    const undoing = canUndo ? inverse(change, before, () => this.newId()) : undefined
    this.tell({ what, count, canUndo }, undoing)
  }

  private tell(done: Done, undoing: Change | undefined): void {
    this.done.value = done
    this.undoing = undoing
  }

  private forget(): void {
    this.done.value = undefined
    this.undoing = undefined
  }

  /** An answer that a later call has overtaken is not shown. */
  private async showing(call: (span: Span) => Promise<Rota>): Promise<void> {
    const number = ++this.asked
    const answer = await call(this.span())
    if (number < this.shown) return
    this.shown = number
    this.rota.value = answer
  }

  /** Whole hours of UTC, also where midnight is none of them. */
  private span(): Span {
    const week = this.week.peek()
    return {
      starts_at: Math.floor(week / HOUR_MS) * HOUR_MS,
      ends_at: Math.ceil(weekOf(week, 1) / HOUR_MS) * HOUR_MS,
    }
  }

  private named(wanted: Wanted): Wanted & { readonly shift: string } {
    return { ...wanted, shift: this.newId() }
  }

  private newId(): string {
    return newId(this.chat.device.random)
  }
}
