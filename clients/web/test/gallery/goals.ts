/** Fixed values for what two sign of their goals. */

import { signal } from "@preact/signals"
import type { GoalClaim, GoalSigning } from "../../src/state/goal-models"
import { done } from "./values"

const DAY = new Date("2026-03-10T00:00:00Z")

/** Of the goals of `PLANNED`: one by both, one by each alone. */
export const SIGNED_STEPS: readonly GoalClaim[] = [
  { goal: "g1", step: "set", isMine: true, isTheirs: true, on: DAY },
  { goal: "g1", step: "progressed", isMine: false, isTheirs: true, on: DAY },
  { goal: "g2", step: "completed", isMine: true, isTheirs: false, on: DAY },
]

export function signing(claims: readonly GoalClaim[], more: Partial<GoalSigning> = {}): GoalSigning {
  return { claims: signal(claims), look: done("look"), sign: done("sign"), ...more }
}
