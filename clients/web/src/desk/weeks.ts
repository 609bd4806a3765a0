/**
 * Weeks and days as a calendar on the wall has them, in the zone of this device. Values
 * in Unix milliseconds.
 *
 * A week begins on Monday for everybody (ISO 8601): a team that plans together means the
 * same seven days. A day has 23 or 25 hours where the clock is moved, so nothing here
 * adds 24 hours to anything.
 */

const DAYS = 7

/** The first moment of the week that is `weeks` after that of a moment. */
export function weekOf(at: number, weeks = 0): number {
  const day = new Date(at)
  const sinceMonday = (day.getDay() + 6) % DAYS
  return dayFrom(at, DAYS * weeks - sinceMonday)
}

/** The first moments of its seven days, and the first one after them. */
export function daysOf(week: number): readonly number[] {
  return Array.from({ length: DAYS + 1 }, (_, day) => dayFrom(week, day))
}

/** When the clock shows the same, so many days later; where it skips that time, an hour on. */
export function daysLater(at: number, days: number): number {
  const then = new Date(at)
  then.setDate(then.getDate() + days)
  return then.getTime()
}

/** The first moment of a day; midnight, wherever there is one. */
function dayFrom(at: number, days: number): number {
  const day = new Date(at)
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days).getTime()
}
