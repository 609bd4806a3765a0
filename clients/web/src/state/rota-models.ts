/** What the team plans: who means to be on duty, a week at a time. */

import type { ReadonlySignal } from "@preact/signals"
import type { Wanted } from "../desk/shifts"
import type { Rota, ShiftView } from "../protocol/events"
import type { Outcome } from "./asked"

export { type Cell, type Gap, gapsOf, heat, type HeatRow, inOrder, uncovered } from "../desk/cover"
export { byDay, overlapping, suited, type Wanted } from "../desk/shifts"
export { daysLater, daysOf } from "../desk/weeks"
export type { HourCover, Rota, RotaMember, ShiftView } from "../protocol/events"

export interface Planning {
  /** The first moment of the week that is shown. */
  readonly week: ReadonlySignal<number>
  readonly isThisWeek: ReadonlySignal<boolean>
  /** How it is planned; undefined until the server has said. */
  readonly rota: ReadonlySignal<Rota | undefined>
  /** What was done here last, as long as it can be undone. */
  readonly done: ReadonlySignal<Done | undefined>

  /** Follows the week that is shown until the function that it gives is called. */
  watch(): () => void
  /** Shows a week before or after the one that is shown; 0: this one. */
  turn(weeks: -1 | 0 | 1): void

  add(wanted: readonly Wanted[]): Promise<Outcome>
  change(shift: ShiftView, wanted: Wanted): Promise<Outcome>
  remove(shift: ShiftView): Promise<Outcome>
  /** Takes over the shifts of the week before, at the same times by the clock. */
  copyLastWeek(): Promise<Outcome>
  undo(): Promise<Outcome>
}

export interface Done {
  readonly what: "added" | "changed" | "removed" | "copied" | "undone"
  /** Shifts. */
  readonly count: number
  readonly canUndo: boolean
}
