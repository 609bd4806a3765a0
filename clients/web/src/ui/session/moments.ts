/**
 * Moments and what a calendar on the wall says, in the zone of whoever looks.
 *
 * `<input type="date">` and `"time"` hold local time without a zone. Where the clock is put
 * forward some of it does not exist, which is said; where it is put back the first is meant.
 */

import { words } from "../words"

export const MINUTE_MS = 60_000

/** Why nothing can be planned for what was chosen. */
export type Fault = "missing" | "gap" | "past"

/** As the two inputs have it. */
export interface Wall {
  readonly day: string
  readonly time: string
}

export function wallOf(at: Date): Wall {
  return {
    day: `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
    time: `${two(at.getHours())}:${two(at.getMinutes())}`,
  }
}

/** The moment, or what is wrong: nothing was chosen, or the clock leaves it out. */
export function momentOf({ day, time }: Wall): Date | "missing" | "gap" {
  const at = new Date(`${day}T${time}`)
  if (day === "" || time === "" || Number.isNaN(at.getTime())) return "missing"
  return wallOf(at).time === time ? at : "gap"
}

/** Tomorrow, at the full hour: what is proposed first. */
export function proposed(now: Date): Wall {
  const at = new Date(now)
  at.setDate(at.getDate() + 1)
  at.setHours(at.getHours() + 1, 0, 0, 0)
  return wallOf(at)
}

/** The zone of this browser. */
export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** Day and time in a zone, here where none is named; undefined for one that nobody knows here. */
export function fully(at: Date, zone?: string): string | undefined {
  try {
    return words().date(at, {
      ...{ weekday: "long", day: "numeric", month: "long", year: "numeric" },
      ...{ hour: "numeric", minute: "2-digit" },
      ...(zone === undefined ? {} : { timeZone: zone }),
    })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** A zone as people read it. */
export function nameOfZone(zone: string): string {
  return zone.replaceAll("_", " ")
}

function two(number: number): string {
  return String(number).padStart(2, "0")
}
