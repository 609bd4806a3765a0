/** Days, spans and names of what the screens about credentials show. */

import { words } from "../words"

/** The day of a moment, in the calendar of whoever reads. */
export const dayOfMoment = (at: Date): string => words().date(at, { dateStyle: "medium" })

/** A day without a time, such as `2026-11-22`; as it is where it is none. */
export function calendarDay(day: string): string {
  const at = new Date(`${day}T00:00:00Z`)
  return Number.isNaN(at.getTime()) ? day : words().date(at, { dateStyle: "medium", timeZone: "UTC" })
}

/** A day and a time. */
export const momentOf = (at: Date): string => words().date(at, { dateStyle: "medium", timeStyle: "short" })
