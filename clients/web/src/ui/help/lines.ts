/**
 * Numbers to call, by country, and how far each can be relied on today.
 *
 * The list is the one of `mentalverse_crisis`, written into the page when it is built, so
 * it is there without a network. Nobody has tried a number until `verified_on` says so;
 * what nobody has tried for a year is not shown. The rule is that of `resources.py`.
 */

import data from "../../../../../crisis/mentalverse_crisis/lines.json"

export type Channel = "call" | "text" | "chat"

export interface Line {
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  readonly name: string
  readonly numbers: readonly { readonly channel: Channel; readonly value: string }[]
  readonly audience: "emergency" | "everyone"
  /** A day, as in `2026-11-21`. */
  readonly verified_on: string | null
  readonly expires_on: string | null
}

export interface Directory {
  readonly compiled_on: string
  /** Mobile phones take these in most countries. */
  readonly everywhere: readonly string[]
  readonly lines: readonly Line[]
}

export type Freshness = "unverified" | "fresh" | "ageing" | "expired"

export interface Shown {
  readonly lines: readonly Line[]
  /** What to call where no emergency number of the country is shown; else empty. */
  readonly fallback: readonly string[]
}

export const DIRECTORY = data as Directory
export const COUNTRIES: readonly string[] = [...new Set(DIRECTORY.lines.map((line) => line.country))]

const DAYS = /^\d{4}-\d{2}-\d{2}$/
const DAY = 86_400_000
const WARN_AFTER_DAYS = 180
const HIDE_AFTER_DAYS = 365

export function freshness({ verified_on, expires_on }: Line, today: string): Freshness {
  if (expires_on !== null && today > expires_on) return "expired"
  if (verified_on === null) return "unverified"
  const age = (Date.parse(today) - Date.parse(verified_on)) / DAY
  if (age > HIDE_AFTER_DAYS) return "expired"
  return age > WARN_AFTER_DAYS ? "ageing" : "fresh"
}

/** What somebody in a country sees today; of an unknown one, the numbers for everywhere. */
export function shown({ lines, everywhere }: Directory, country: string, today: string): Shown {
  const own = lines.filter((line) => line.country === country && freshness(line, today) !== "expired")
  const hasEmergency = own.some((line) => line.audience === "emergency")
  return { lines: own, fallback: hasEmergency ? [] : everywhere }
}

/** Country and name of a line, and the day on which somebody has tried it. */
export type Check = readonly [country: string, name: string, day: string]

/** The checks that the server has written into the page; none where it has written something else. */
export function readChecks(text: string): readonly Check[] {
  try {
    const told: unknown = JSON.parse(text)
    return Array.isArray(told) ? told.filter(isCheck) : []
  } catch {
    return []
  }
}

function isCheck(told: unknown): told is Check {
  if (!Array.isArray(told)) return false
  const [country, name, day] = told as unknown[]
  return typeof country === "string" && typeof name === "string" && typeof day === "string" && DAYS.test(day)
}

/** The list as the operator's checks make it: a later one takes the place of the list's own. */
export function withChecks(directory: Directory, checks: readonly Check[]): Directory {
  const lines = directory.lines.map((line) => {
    const day = checks.find(([country, name]) => country === line.country && name === line.name)?.[2] ?? ""
    return day > (line.verified_on ?? "") ? { ...line, verified_on: day, expires_on: null } : line
  })
  return { ...directory, lines }
}

/** What a press on a number opens. */
export function address(channel: Channel, value: string): string {
  if (channel === "chat") return value
  return `${channel === "call" ? "tel" : "sms"}:${value.replaceAll(" ", "")}`
}
