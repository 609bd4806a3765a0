/** Whether an epoch's bucket can have given a claim its share. `rewards.budget` in Python. */

import { floorDiv } from "./rubric"

/** What a fact would be paid of a full bucket. */
export interface Claim {
  readonly floorMicro: bigint
  readonly micro: bigint
}

/** What a share was reckoned from: the bucket and everybody's claims together. */
export interface Terms {
  readonly leftMicro: bigint
  readonly floorsMicro: bigint
  readonly extrasMicro: bigint
}

export interface Share {
  readonly paidMicro: bigint
  readonly owedMicro: bigint
}

/** Whether these terms can have given a claim this share, to the micro. */
export function mayBe(claim: Claim, terms: Terms, got: Share): boolean {
  const base = claim.floorMicro - got.owedMicro
  const beyond = terms.leftMicro - terms.floorsMicro
  return (
    fits(base, claim.floorMicro, terms.leftMicro, terms.floorsMicro) &&
    fits(got.paidMicro - base, claim.micro - claim.floorMicro, beyond > 0n ? beyond : 0n, terms.extrasMicro)
  )
}

/** The least and the most that one weight of so many can get of an amount by largest remainders. */
export function quota(amount: bigint, weight: bigint, total: bigint): readonly [bigint, bigint] {
  const share = floorDiv(amount * weight, total)
  return [share, share * total === amount * weight ? share : share + 1n]
}

function fits(part: bigint, wanted: bigint, budget: bigint, total: bigint): boolean {
  if (total <= budget) return part === wanted
  const [low, high] = quota(budget, wanted, total)
  return low <= part && part <= high
}
