/**
 * What two sign of a goal: that it was set, that they are getting on with it, that it is
 * reached (`claim.*`). Its words stay in the conversation; the server sees 16 random octets,
 * which step, a day, and who of the two has signed.
 */

import type { ReadonlySignal } from "@preact/signals"
import type { Outcome } from "./asked"

/** Each is signed once. */
export type GoalStep = "set" | "progressed" | "completed"

export interface GoalClaim {
  /** Id of the goal. */
  readonly goal: string
  readonly step: GoalStep
  readonly isMine: boolean
  readonly isTheirs: boolean
  /** Midnight, UTC, of the day that whoever was first has named. */
  readonly on: Date
}

export interface GoalSigning {
  /** Of the conversation; undefined until the server has said. */
  readonly claims: ReadonlySignal<readonly GoalClaim[] | undefined>
  /** Asks the server anew: no notice tells that the other one has signed. */
  look(): Promise<Outcome>
  /** As the first of the two, with today; as the second, with the day of the first. */
  sign(goal: string, step: GoalStep): Promise<Outcome>
}
