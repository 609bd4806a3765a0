/** What two people decide about rewards of others, and by which packs is paid. */

import type { ReadonlySignal } from "@preact/signals"
import type { RewardRoom, RewardEntry } from "./reward-models"
import type { Outcome } from "./asked"

/** Everything about rewards, loaded with its screens. */
export interface RewardRooms {
  readonly own: RewardRoom
  readonly deciding: Deciding
  readonly packs: PackRoom
}

export interface Dispute {
  readonly account: string
  readonly name: string
  readonly entry: RewardEntry
  readonly reason: string
  readonly at: Date
  /** What one has said oneself: that it is not right. */
  readonly mine: boolean | undefined
  /** How many others have said something; what, is told to nobody. */
  readonly others: number
}

/** An amount for what no rule counts by itself. */
export interface Award {
  readonly award: string
  readonly name: string
  /** For whoever looks at it: others decide. */
  readonly isOwn: boolean
  readonly rule: string
  readonly amountMvt: number
  readonly reason: string
  readonly state: "proposed" | "approved" | "refused"
  readonly approvals: number
  /** One stands for it. */
  readonly mine: boolean
  readonly at: Date
}

export interface Proposal {
  readonly handle: string
  readonly rule: string
  readonly amountMvt: number
  readonly reason: string
}

/** Of coordinators and supervisors; every step asks for the passkey. */
export interface Deciding {
  /** The oldest first; undefined until the server has said. */
  readonly disputes: ReadonlySignal<readonly Dispute[] | undefined>
  /** The newest first. */
  readonly awards: ReadonlySignal<readonly Award[] | undefined>
  look(): Promise<Outcome>
  /** `correct`: it was not right. The second who says the same decides. */
  decide(dispute: Dispute, correct: boolean): Promise<Outcome>
  propose(proposal: Proposal): Promise<Outcome>
  /** The second who stands for it decides. */
  approve(award: string): Promise<Outcome>
  /** One is enough. */
  refuse(award: string): Promise<Outcome>
}

export interface PackShown {
  readonly name: string
  readonly rev: number
  readonly hash: string
  readonly effectiveAt: Date
  /** False: it waits for a second operator. */
  readonly isActive: boolean
  /** One has said so oneself. */
  readonly mine: boolean
  /** Of one that waits: the JSON itself. */
  readonly document: string | undefined
}

/** Of operators. */
export interface PackRoom {
  /** The latest first; undefined until the server has said. */
  readonly list: ReadonlySignal<readonly PackShown[] | undefined>
  look(): Promise<Outcome>
  /** Says that it is to hold, as the second operator; asks for the passkey. */
  agree(document: string): Promise<Outcome>
}
