/** What screens show of safety plans and of screening answers, and what they can ask for. */

import type { ReadonlySignal } from "@preact/signals"
import type { PlanPart } from "../e2ee/formats/safety-plan"
import type { Screening } from "../e2ee/formats/screening"
import type { Outcome } from "./asked"

export { MAX_PLAN_LINE_CHARACTERS, PLAN_PARTS, type PlanPart } from "../e2ee/formats/safety-plan"
export type { Screening } from "../e2ee/formats/screening"

/** A line as it is written; without text it is removed. */
export interface WrittenLine {
  /** The same wherever the line stands, so that it can go from one plan to another. */
  readonly line: string
  readonly part: PlanPart
  readonly text: string
}

export interface PlanLine extends WrittenLine {
  /** Rises with each change. */
  readonly revision: number
  /** The handle of whoever changed it last; empty in one's own plan. */
  readonly by: string
  /** Whether the last change still waits on this device. */
  readonly pending: boolean
}

export interface SafetyPlan {
  /** Those that were not removed, the oldest first. */
  readonly lines: readonly PlanLine[]
  /** When somebody last went through it with the person. */
  readonly reviewedAt: Date | undefined
}

/** A plan that can be written in: that of a conversation, or one's own on this device. */
export interface PlanBook {
  readonly plan: ReadonlySignal<SafetyPlan>
  /** `said` is what older clients show of it. */
  write(lines: readonly WrittenLine[], said: string): Promise<Outcome>
  /** Notes that somebody went through it with the person, now. */
  review(said: string): Promise<Outcome>
}

/** What of a conversation is for a crisis, and for its members alone. */
export interface SealedCare {
  readonly safetyPlan: PlanBook
  /** The person's own, of which the conversation knows what was put there. */
  readonly ownPlan: PlanBook
  /** The newest answers to each instrument. */
  readonly screenings: ReadonlySignal<readonly Screening[]>
  /** Shows answers to those in the conversation; `said` is what older clients show of them. */
  sendScreening(answers: Screening, said: string): Promise<Outcome>
}
