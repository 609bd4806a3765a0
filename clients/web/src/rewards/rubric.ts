/** Points of a fact: factors of 0 to 10,000, weighed in basis points. `rewards.rubric` in Python. */

import { Malformed } from "./errors"
import { type Fact, LEVELS } from "./facts"
import type { Rule } from "./packs"

export const FULL = 10_000n
const [ON_TIME_SECONDS, LATE_SECONDS] = [300n, 600n]

/** What one line of a rubric gave. */
export interface Points {
  readonly factor: string
  readonly weight: bigint
  readonly value: bigint
}

/** A fact that the rubric has no points for; `factor` says which line. */
export interface NotPaid {
  readonly factor: string
}

/** What each line gives a fact, or the line that gives nothing. `Malformed` for an unknown factor. */
export function points(rubric: Rule["rubric"], fact: Fact): readonly Points[] | NotPaid {
  const found: Points[] = []
  for (const [factor, weight] of rubric) {
    const value = valueOf(factor, fact)
    if (value === undefined) return { factor: factor.split(":")[0] ?? factor }
    found.push({ factor, weight, value })
  }
  return found
}

/** All lines together, 0 to 10,000. */
export function weighed(found: readonly Points[]): bigint {
  return found.reduce((sum, { weight, value }) => sum + weight * value, 0n) / FULL
}

function valueOf(factor: string, fact: Fact): bigint | undefined {
  if (factor === "attended") return attended(fact)
  if (factor === "level") return (BigInt(Math.max(LEVELS.indexOf(fact.level), 0)) * FULL) / BigInt(LEVELS.length - 1)
  if (factor === "on_time") return onTime(fact.lateSeconds)
  const [name, given] = [factor.slice(0, factor.indexOf(":")), factor.slice(factor.indexOf(":") + 1)]
  if (name === "step") return steps(given).get(fact.step)
  const bounds = given.split(":").map(natural)
  const [low, high] = bounds
  if (name === "const" && bounds.length === 1 && low !== undefined && low <= FULL) return low
  if (name !== "count" || bounds.length !== 2 || low === undefined || high === undefined || low >= high) {
    throw new Malformed("factor")
  }
  return fact.count < low ? undefined : least(FULL, ((fact.count - low) * FULL) / (high - low))
}

function attended({ minutes, plannedMinutes }: Fact): bigint {
  return plannedMinutes === 0n ? 0n : least(FULL, floorDiv(minutes * FULL, plannedMinutes))
}

function onTime(lateSeconds: bigint): bigint {
  if (lateSeconds <= ON_TIME_SECONDS) return FULL
  return lateSeconds <= LATE_SECONDS ? FULL / 2n : 0n
}

function steps(given: string): ReadonlyMap<string, bigint> {
  const found = new Map<string, bigint>()
  for (const one of given.split(",")) {
    const at = one.indexOf("=")
    const value = natural(one.slice(at + 1))
    if (at < 1 || value > FULL || found.has(one.slice(0, at))) throw new Malformed("factor")
    found.set(one.slice(0, at), value)
  }
  return found
}

/** `ASCII` digits, nine at most. */
export function natural(text: string): bigint {
  if (!/^[0-9]{1,9}$/.test(text)) throw new Malformed("factor")
  return BigInt(text)
}

export const least = (one: bigint, other: bigint): bigint => (one < other ? one : other)

/** Towards minus infinity, as Python divides; `/` goes towards 0. */
export function floorDiv(number: bigint, by: bigint): bigint {
  const found = number / by
  return number % by !== 0n && number < 0n !== by < 0n ? found - 1n : found
}
