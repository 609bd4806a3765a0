/**
 * What somebody was given for their time, as screens show it.
 *
 * Amounts are whole micro-MVT, as `bigint`. Rules, gates and bonuses stand here as the
 * codes of a policy pack; screens put them into words.
 */

import type { ReadonlySignal } from "@preact/signals"
import type { SignedPack } from "../rewards/packs"
import type { Outcome } from "./asked"

/**
 * "pending": its week is not closed yet. "held": it is looked at, since somebody disputed
 * it. "corrected": another entry has taken its place.
 */
export type RewardState = "pending" | "held" | "posted" | "voided" | "corrected"

export interface RewardEntry {
  readonly entry: string
  /** By code, such as `peer.session`. */
  readonly rule: string
  readonly at: Date
  /** Of one's time; 0 where it was not counted in minutes. */
  readonly minutes: number
  readonly state: RewardState
  readonly micro: bigint
  /** Promised and paid first next time, because the week's budget was short. */
  readonly owedMicro: bigint
  /** Why it is voided, by code; "disputed" of any other: two people look at it. */
  readonly reason: string | undefined
}

export interface Rewards {
  /** The newest first, as far as they were asked for. */
  readonly entries: readonly RewardEntry[]
  /** There are older ones. */
  readonly hasMore: boolean
  /** Of everything that is neither voided nor corrected, also of what was not asked for. */
  readonly totalMinutes: number
  /** What can be spent. */
  readonly balanceMicro: bigint
  readonly pendingMicro: bigint
  readonly optedOut: boolean
}

/** A receipt as the server keeps it, and what it takes to compute it again. */
export interface ReceiptPapers {
  /** Canonical JSON. */
  readonly document: string
  readonly pack: SignedPack
  /** What the receipt's commitment is of; both are one's own. */
  readonly event: string
  readonly beneficiary: string
}

export interface RewardRoom {
  /** Undefined until the server has said. */
  readonly rewards: ReadonlySignal<Rewards | undefined>
  /** The installation's key, in hex: the first that this device was told, and no other after it. */
  readonly policyKey: ReadonlySignal<string>
  /** Nothing is rewarded here: then nothing of it is shown. */
  readonly isOff: ReadonlySignal<boolean>
  /** A crisis goes on, one's own or one that one answers: nothing of rewards is shown. */
  readonly inCrisis: ReadonlySignal<boolean>
  /** Asks the server anew, as far as was shown. */
  look(): Promise<Outcome>
  /** Older entries behind those that are there. */
  more(): Promise<Outcome>
  /** Of an entry that is settled. */
  receipt(entry: string): Promise<Outcome & { readonly papers?: ReceiptPapers | undefined }>
  /** Has two people look at it; what is pending is held meanwhile. */
  dispute(entry: string, reason: string): Promise<Outcome>
  /** From now on nothing is written down, or again. */
  setOptedOut(out: boolean): Promise<Outcome>
}
