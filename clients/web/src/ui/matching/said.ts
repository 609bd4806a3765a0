/** Names of codes, of days and of how much speaks for somebody. */

import { MAX_PLACES } from "../../protocol/events"
import { STYLE_AXES } from "../../state/intake"
import type { MatchDatum, MatchLine, MatchPlan } from "../../state/match-models"
import { words } from "../words"
import { nameOf, say } from "./words"

/** A Monday, to name the days of a week by. */
const MONDAY = Date.UTC(2026, 0, 5)
const DAY_MS = 86_400_000

/** "Monday": days are counted from it. */
export const weekday = (day: number): string =>
  words().date(new Date(MONDAY + day * DAY_MS), { weekday: "long", timeZone: "UTC" })

/** A language by its name in the language of whoever reads. */
export function languageName(code: string): string {
  return new Intl.DisplayNames([words().language], { type: "language", fallback: "code" }).of(code) ?? code
}

/** What a code is called. */
export const codeName = (code: string): string => nameOf(`code.${code.replace(":", ".")}`, code.replace(":", " "))

/** How much one factor speaks for somebody: a word, and not a mark. */
export function strengthOf({ weight, points, known }: MatchLine): "unknown" | "much" | "some" | "little" {
  if (!known) return "unknown"
  if (points * 3 >= weight * 2) return "much"
  return points * 3 >= weight ? "some" : "little"
}

/** "Two meetings a month, 50 minutes each, for 12 weeks." */
export function planWords({ structure, meetingsAMonth, meetingMinutes, weeks, goals }: MatchPlan): readonly string[] {
  return [
    say("plan.meetings", {
      count: meetingsAMonth,
      minutes: words().number(meetingMinutes),
      weeks: words().number(weeks),
    }),
    nameOf(`plan.${structure}`, structure),
    ...(goals.length === 0 ? [] : [say("plan.goals", { goals: words().list(goals.map(codeName)) })]),
  ]
}

/** The values of a datum, in words. */
export function datumWords({ datum, values }: MatchDatum): string {
  if (datum === "languages") return words().list(values.map(languageName))
  if (datum === "stage") return nameOf(`stage_is.${values[0] ?? "0"}`, values[0] ?? "0")
  if (datum === "slots") return slotsWords(values[0] ?? "0")
  if (datum === "style")
    return words().list(STYLE_AXES.filter((_, at) => values[at] !== "-1").map((axis) => say(`axis.${axis}`)))
  if (datum === "required") return words().list(values.map((each) => codeName(each.slice(each.indexOf(":") + 1))))
  return words().list(values.map(codeName))
}

/** "12 hr a week": the quarters of an hour that are set in a hexadecimal number. */
export function slotsWords(slots: string): string {
  const quarters = BigInt(`0x${slots}`).toString(2).replaceAll("0", "").length
  return say("slots.of", { hours: words().number(quarters / 4) })
}

/** How many a mentor helps at most, from what was typed. */
export function placesOf(typed: string): number | undefined {
  return /^\d{1,2}$/.test(typed) && Number(typed) <= MAX_PLACES ? Number(typed) : undefined
}
