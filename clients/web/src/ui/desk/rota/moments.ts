/** The moments that a shift begins and ends at, from what is typed for it. */

import { daysLater, daysOf, type ShiftView } from "../../../state/rota-models"
import { momentOf, wallOf } from "../../session/moments"

const HOUR_MS = 3_600_000
const MOST_MS = 24 * HOUR_MS
/** What a new shift is proposed as. */
const EIGHT_HOURS_MS = 8 * HOUR_MS
const MORNING: Hours = { from: "08:00", until: "16:00" }

/** As `<input type="time">` has it. */
export interface Hours {
  readonly from: string
  /** On the next day where it is no later than `from`. */
  readonly until: string
}

export interface Span {
  readonly starts_at: number
  readonly ends_at: number
}

export type Fault = "days" | "missing" | "gap" | "long" | "past"

/** A shift for each day, or what is wrong. What stands as it was keeps its moments. */
export function momentsOf(
  days: readonly string[],
  hours: Hours,
  shift: ShiftView | undefined,
  now: number,
): readonly Span[] | Fault {
  const spans: Span[] = []
  for (const day of days) {
    const span = spanOf(day, hours, shift)
    if (typeof span === "string") return span
    if (span.ends_at - span.starts_at > MOST_MS) return "long"
    if (span.ends_at <= now) return "past"
    spans.push(span)
  }
  return spans.length === 0 ? "days" : spans
}

function spanOf(day: string, hours: Hours, shift: ShiftView | undefined): Span | "missing" | "gap" {
  const starts = sameOr(shift?.starts_at, day, hours.from)
  if (typeof starts === "string") return starts
  const isNext = hours.until <= hours.from
  const last = isNext ? wallOf(new Date(daysLater(new Date(`${day}T12:00`).getTime(), 1))).day : day
  const ends = sameOr(shift?.ends_at, last, hours.until)
  return typeof ends === "string" ? ends : { starts_at: starts, ends_at: ends }
}

/** The very moment that was planned, where the clock goes through its time twice. */
function sameOr(planned: number | undefined, day: string, time: string): number | "missing" | "gap" {
  const wall = planned === undefined ? undefined : wallOf(new Date(planned))
  if (planned !== undefined && wall?.day === day && wall.time === time) return planned
  const at = momentOf({ day, time })
  return typeof at === "string" ? at : at.getTime()
}

/** What stands in the form first: the shift, what is to be filled, or a morning of today or of the first day. */
export function presetOf(
  shift: ShiftView | undefined,
  gap: { readonly startsAt: number; readonly endsAt: number } | undefined,
  week: number,
  now: number,
): { readonly days: readonly string[]; readonly hours: Hours } {
  if (shift !== undefined) return presetFor(shift.starts_at, shift.ends_at)
  if (gap !== undefined) {
    const isLong = gap.endsAt - gap.startsAt > MOST_MS
    return presetFor(gap.startsAt, isLong ? gap.startsAt + EIGHT_HOURS_MS : gap.endsAt)
  }
  const isThis = week <= now && now < (daysOf(week)[7] ?? 0)
  return { days: [wallOf(new Date(isThis ? now : week)).day], hours: MORNING }
}

function presetFor(startsAt: number, endsAt: number): { readonly days: readonly string[]; readonly hours: Hours } {
  const [from, until] = [wallOf(new Date(startsAt)), wallOf(new Date(endsAt))]
  return { days: [from.day], hours: { from: from.time, until: until.time } }
}
