/** From a fact to an amount: the gates, the floor, the points, the bonuses. `rewards.rules` in Python. */

import { bonusMicro, type BonusLine, earned } from "./bonuses"
import { AWARDED, type Fact, NO_SHOW } from "./facts"
import { MICRO, type Pack, type Rule } from "./packs"
import { floorDiv, FULL, least, natural, type Points, points, weighed } from "./rubric"

const SILENT = ["not_drill", "consent"]
/** Somebody who did not come signs no receipt; what counts is how long one waited. */
const NOT_OF_NO_SHOW = ["receipts", "attended_pct"]

/** What a fact is worth before caps and budget. */
export interface Scored {
  readonly rule: string
  readonly points: readonly Points[]
  /** 0 to 10,000. */
  readonly factor: bigint
  readonly floorMicro: bigint
  readonly baseMicro: bigint
  readonly bonuses: readonly BonusLine[]
  readonly bonusMicro: bigint
}

/** Nothing is paid, by the name of the gate. */
export interface Refused {
  readonly reason: string
}

/** What a rule gives a fact: the same for the same two, for ever. */
export function evaluate(pack: Pack, rule: Rule, fact: Fact): Scored | Refused {
  const gates = rule.gates.toSorted((one, other) => Number(!SILENT.includes(one)) - Number(!SILENT.includes(other)))
  for (const gate of gates) {
    if (!passes(gate, fact)) return { reason: gate.split(":")[0] ?? gate }
  }
  if (fact.type === AWARDED) {
    const isInRange = rule.lo <= fact.amountMvt && fact.amountMvt <= rule.hi
    return isInRange ? flat(rule, fact.amountMvt) : { reason: "amount" }
  }
  if (fact.type === NO_SHOW) {
    return fact.minutes < rule.noShowMinutes ? { reason: "waited" } : flat(rule, rule.lo)
  }
  const found = points(rule.rubric, fact)
  return "factor" in found ? { reason: found.factor } : scored(pack, rule, fact, found)
}

/** Micro-MVT at a factor of 0 to 10,000 of a range in MVT. */
export function inRange(lo: bigint, hi: bigint, factor: bigint): bigint {
  return lo * MICRO + floorDiv((hi - lo) * MICRO * factor, FULL)
}

function scored(pack: Pack, rule: Rule, fact: Fact, found: readonly Points[]): Scored {
  const factor = weighed(found)
  const minutes = least(fact.minutes, rule.mostMinutes)
  const ofTime = (one: bigint) => (rule.perMinutes === 0n ? one : floorDiv(one * minutes, rule.perMinutes))
  const baseMicro = ofTime(inRange(rule.lo, rule.hi, factor))
  const bonuses = earned(pack, rule.bucket, fact.measures)
  const pcts = bonuses.map(({ pct }) => pct)
  return {
    rule: rule.code,
    points: found,
    factor,
    floorMicro: ofTime(rule.lo * MICRO),
    baseMicro,
    bonuses,
    bonusMicro: bonusMicro(baseMicro, pcts, pack.bonusCapPct),
  }
}

function flat(rule: Rule, mvt: bigint): Scored {
  return {
    rule: rule.code,
    points: [],
    factor: 0n,
    floorMicro: rule.lo * MICRO,
    baseMicro: mvt * MICRO,
    bonuses: [],
    bonusMicro: 0n,
  }
}

function passes(gate: string, fact: Fact): boolean {
  const [name = "", given = ""] = gate.split(":")
  if (fact.type === NO_SHOW && NOT_OF_NO_SHOW.includes(name)) return true
  if (name === "not_drill") return !fact.isDrill
  if (name === "attended_pct") return isShare(fact.minutes, fact.plannedMinutes, given)
  if (name === "kept_pct") return isShare(fact.count, fact.plannedCount, given)
  return fact.proofs.includes(name)
}

function isShare(done: bigint, planned: bigint, pct: string): boolean {
  return planned > 0n && 100n * done >= natural(pct) * planned
}
