/** Percent on top of a base: additive, the highest of each category, capped. `rewards.bonuses` in Python. */

import type { Measured } from "./facts"
import type { Above, Bonus, Pack } from "./packs"
import { floorDiv, least } from "./rubric"

export interface BonusLine {
  readonly code: string
  readonly category: string
  readonly pct: bigint
}

type Measures = ReadonlyMap<string, Measured>

/** The bonuses of a payment from this bucket, one of each category. */
export function earned(pack: Pack, bucket: string, measures: Measures): readonly BonusLine[] {
  const best = new Map<string, Bonus>()
  for (const bonus of pack.bonuses) {
    if (bonus.state !== "on" || bonus.above === undefined || !bonus.buckets.includes(bucket)) continue
    const held = best.get(bonus.category)
    if (isAbove(bonus.above, measures) && (held === undefined || bonus.pct > held.pct)) best.set(bonus.category, bonus)
  }
  return Array.from(best.values(), ({ code, category, pct }) => ({ code, category, pct }))
}

/** Whether a measure is above its ratio: not at it, and of enough. */
export function isAbove(above: Above, measures: Measures): boolean {
  const found = measures.get(above.measure)
  if (found === undefined || found.count < above.least) return false
  return above.den * found.total > above.num * found.count
}

/** The bonuses together, in micro-MVT. */
export function bonusMicro(baseMicro: bigint, pcts: readonly bigint[], capPct: bigint): bigint {
  const sum = pcts.reduce((all, pct) => all + pct, 0n)
  return floorDiv(baseMicro * least(sum, capPct), 100n)
}
