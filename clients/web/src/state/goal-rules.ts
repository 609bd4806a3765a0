/** What of a goal can be signed now. */

import type { GoalClaim, GoalStep } from "./goal-models"
import type { Goal } from "./models"

/** In the order in which a goal comes to them. */
export const GOAL_STEPS: readonly GoalStep[] = ["set", "progressed", "completed"]

type Signed = Pick<GoalClaim, "step" | "isMine" | "isTheirs">

/**
 * Steps that the person can sign: those that fit how the goal stands, and any that the other
 * one has signed. Nothing of a change that the other one cannot have seen.
 */
export function signable(
  { progress, done, pending }: Pick<Goal, "progress" | "done" | "pending">,
  claims: readonly Signed[],
): readonly GoalStep[] {
  if (pending) return []
  const fitting: readonly GoalStep[] = done ? ["completed"] : progress > 0 ? ["set", "progressed"] : ["set"]
  return GOAL_STEPS.filter((step) => {
    const claim = claims.find((each) => each.step === step)
    return claim?.isMine !== true && (fitting.includes(step) || claim?.isTheirs === true)
  })
}
