/** Days, spans and names of what the screens about credentials show. */

import { words } from "../words"
import { nameOf, say } from "./words"

/** "12 hr 30 min": whole minutes, none of them rounded away. */
export function minutesWords(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  const parts = [
    ...(hours > 0 ? [part(hours, "hour")] : []),
    ...(rest > 0 || hours === 0 ? [part(rest, "minute")] : []),
  ]
  return parts.join(" ")
}

const part = (count: number, unit: "hour" | "minute"): string =>
  words().number(count, { style: "unit", unit, unitDisplay: "short" })

/** The day of a moment, in the calendar of whoever reads. */
export const dayOfMoment = (at: Date): string => words().date(at, { dateStyle: "medium" })

/** A day without a time, such as `2026-11-22`; as it is where it is none. */
export function calendarDay(day: string): string {
  const at = new Date(`${day}T00:00:00Z`)
  return Number.isNaN(at.getTime()) ? day : words().date(at, { dateStyle: "medium", timeZone: "UTC" })
}

/** "Training: Basic". */
export function titleOf(type: string, level: string | undefined): string {
  const name = nameOf(`type.${type}`, type)
  return level === undefined ? name : say("title.level", { name, level: nameOf(`level.${level}`, level) })
}
