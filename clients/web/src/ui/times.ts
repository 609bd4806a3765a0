/** When something was, as short as it stays clear. */

import type { Upcoming } from "../state/models"
import { now } from "./clock"
import { say, words } from "./words"

const DAY_MS = 86_400_000

/** "14:05". */
export function timeOfDay(at: Date): string {
  return words().date(at, { timeStyle: "short" })
}

/** Which day, by the viewer's calendar: equal for two instants of one day. */
export function dayOf(at: Date): string {
  return words().date(at, { dateStyle: "short" })
}

/** "Today", "Yesterday", or the date. */
export function dayName(at: Date): string {
  if (dayOf(at) === dayOf(now.value)) return say("day.today")
  if (dayOf(at) === dayOf(new Date(now.value.getTime() - DAY_MS))) return say("day.yesterday")
  return words().date(at, { dateStyle: "full" })
}

/** In a list: the time of today, else the day. */
export function shortly(at: Date): string {
  if (dayOf(at) === dayOf(now.value)) return timeOfDay(at)
  if (dayOf(at) === dayOf(new Date(now.value.getTime() - DAY_MS))) return say("day.yesterday")
  return words().date(at, { day: "numeric", month: "short" })
}

/** Within a sentence: the time of today, else with its date. */
export function exactly(at: Date): string {
  return dayOf(at) === dayOf(now.value) ? timeOfDay(at) : words().date(at, { dateStyle: "medium", timeStyle: "short" })
}

/** The first that is not over. */
export function nextOf<Each extends Upcoming>(meetings: readonly Each[]): Each | undefined {
  return meetings.find(({ startsAt, minutes }) => startsAt.getTime() + minutes * 60_000 > now.value.getTime())
}

/** When something will be: "Today, 18:00", "Tuesday, 1 December, 18:00". */
export function whenOf(at: Date): string {
  const day = (offset: number) => dayOf(new Date(now.value.getTime() + offset * DAY_MS))
  if (dayOf(at) === day(0)) return say("when.today", { time: timeOfDay(at) })
  if (dayOf(at) === day(1)) return say("when.tomorrow", { time: timeOfDay(at) })
  const isFar = Math.abs(at.getTime() - now.value.getTime()) > 180 * DAY_MS
  const year = isFar ? ({ year: "numeric" } as const) : {}
  return words().date(at, {
    weekday: "long",
    day: "numeric",
    month: "long",
    hour: "numeric",
    minute: "2-digit",
    ...year,
  })
}

/** "1:05" of a recording. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  const two = { minimumIntegerDigits: 2 }
  return `${words().number(Math.floor(seconds / 60))}:${words().number(seconds % 60, two)}`
}

/** "1.4 MB". */
export function fileSize(octets: number): string {
  const units = ["byte", "kilobyte", "megabyte"] as const
  const step = Math.min(octets < 1 ? 0 : Math.floor(Math.log10(octets) / 3), 2)
  const unit = units[step] ?? "byte"
  return words().number(octets / 1000 ** step, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 })
}

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
