/** Places and values of a policy in words. */

import { at, isNode, type Node, type Path, type Rung, type Stage, type Value } from "../../state/supervise-models"
import { words } from "../words"
import { say, sayOr } from "./words"

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const

/** The whole of a time: "1 min 30 sec", "3 days". */
export function exactly(seconds: number): string {
  let left = seconds
  const parts = UNITS.flatMap(([unit, length]) => {
    const count = Math.floor(left / length)
    left -= count * length
    return count === 0 ? [] : [words().number(count, { style: "unit", unit, unitDisplay: "short" })]
  })
  return parts.join(" ") || words().number(0, { style: "unit", unit: "second", unitDisplay: "short" })
}

export const percent = (value: number): string =>
  words().number(value / 100, { style: "percent", maximumFractionDigits: 1 })

/** A moment, with its day. */
export const momentOf = (at: Date): string => words().date(at, { dateStyle: "medium", timeStyle: "short" })

/** A day without a time, such as `2026-11-22`; as it is where it is none. */
export function calendarDay(day: string): string {
  const at = new Date(`${day}T00:00:00Z`)
  return Number.isNaN(at.getTime()) ? day : words().date(at, { dateStyle: "medium", timeZone: "UTC" })
}

export const tierName = (tier: string): string => sayOr(`tier.${tier}`, tier)

/** Where something stands: "A0: Answered within". */
export function placeName(path: Path): string {
  const [first, second, ...rest] = path
  if (first === "ladder") return say("rung.name", { number: Number(second) + 1 })
  if (first === "bands") {
    const name = rest.join(".")
    return say("place.of_band", { band: String(second), field: sayOr(`band.${name}`, name) })
  }
  const name = path.join(".")
  return sayOr(`house.${name}`, name)
}

/** Where a finding of the server's is: `bands.A0.plan`, `ladder.2`, `ladder.tier_1.web`. */
export function findingPlace(where: string): string {
  const [first, second, ...rest] = where.split(".")
  if (first === "ladder" && second !== undefined) {
    return /^\d+$/.test(second) ? say("rung.name", { number: Number(second) }) : tierName(second)
  }
  if (first === "ladder") return say("ladder.title")
  if (first === "bands" && second !== undefined) {
    return rest[0] === "plan" ? say("place.of_band", { band: second, field: say("band.plan.stages") }) : second
  }
  return where
}

/** A value as it is read; `path` says what it is of. */
export function valueWords(path: Path, value: Value | undefined): string {
  if (value === undefined || value === null) return say("value.unsaid")
  if (path[0] === "ladder" && isNode(value)) return rungWords(value as Rung)
  const name = String(path.at(-1))
  if (name === "stages") return planWords(value as readonly Stage[])
  if (name.endsWith("tiers")) return tiersWords(value as readonly string[])
  if (name === "follow_up_attempts") return fewestMost(value as readonly number[])
  if (typeof value === "boolean") return say(value ? "value.yes" : "value.no")
  if (typeof value === "string") return sayOr(`follow_up.${value}`, value)
  if (typeof value !== "number") return JSON.stringify(value)
  if (name.endsWith("_seconds")) return exactly(value)
  return name.endsWith("_percent") ? percent(value) : words().number(value)
}

const fewestMost = ([fewest = 0, most = 0]: readonly number[]): string => say("value.from_to", { fewest, most })

const tiersWords = (tiers: readonly string[]): string =>
  tiers.length === 0 ? say("value.nobody") : words().list(tiers.map(tierName))

/** "2 people at once, 4 after 10 sec, everybody after 20 sec". */
export function planWords(stages: readonly Stage[]): string {
  return words().list(
    stages.map(({ at_seconds: after, pending }) => {
      const time = exactly(after)
      if (pending === null) return after === 0 ? say("plan.all_first") : say("plan.all", { time })
      return after === 0 ? say("plan.first", { count: pending }) : say("plan.later", { count: pending, time })
    }),
  )
}

/** "At 100 % of the time: pages first on call". */
export function rungWords(rung: Rung): string {
  const does = [
    rung.widens && say("rung.widens"),
    rung.pages.length > 0 && say("rung.pages", { tiers: tiersWords(rung.pages) }),
    rung.offers_outside && say("rung.offers_outside"),
  ].filter((each) => typeof each === "string")
  const done = does.length === 0 ? say("rung.nothing") : words().list(does)
  return say("rung.words", { percent: percent(rung.at_percent), does: done })
}

/** The text at a place of a document; empty where there is none. */
export function textAt(document: Node, path: Path): string {
  const value = at(document, path)
  return typeof value === "string" ? value : ""
}

/** The number at a place of a document; undefined where there is none. */
export function numberAt(document: Node, path: Path): number | undefined {
  const value = at(document, path)
  return typeof value === "number" ? value : undefined
}
