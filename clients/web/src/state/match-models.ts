/**
 * Finding a mentor, as the two who may meet see it.
 *
 * Factors, goals and needs stand here as codes; screens put them into words. Points are
 * basis points of 10,000. What somebody answered stays on their device: `IntakeCodes`
 * alone leave it.
 */

import type { ReadonlySignal } from "@preact/signals"
import type { Outcome } from "./asked"
import type { Answers, IntakeCodes } from "./intake"

/**
 * "review": a coordinator looks at the options. "choice": one picks. "asked": the mentor
 * answers. "preparing": both said yes and may not meet yet. "impossible": nobody can be
 * proposed as it is. "lapsed": a time was over, and nothing is lost by it.
 */
export type MatchStage =
  | "none"
  | "looking"
  | "review"
  | "choice"
  | "asked"
  | "preparing"
  | "active"
  | "ended"
  | "lapsed"
  | "impossible"

/** What one factor gave. */
export interface MatchLine {
  readonly code: string
  /** Of 10,000; 0: it is not used. */
  readonly weight: number
  readonly points: number
  /** Nothing is known for it: it counts the same for everybody. */
  readonly known: boolean
}

/** What the two would begin with; they may change it at any time. */
export interface MatchPlan {
  readonly structure: string
  readonly meetingsAMonth: number
  readonly meetingMinutes: number
  readonly weeks: number
  readonly goals: readonly string[]
}

export interface MatchOption {
  readonly option: string
  readonly name: string
  readonly points: number
  readonly lines: readonly MatchLine[]
  readonly plan: MatchPlan
  /** "closed": they cannot take anybody right now. Nobody is told why. */
  readonly standing: "open" | "closed"
}

export interface Together {
  readonly relationship: string
  readonly name: string
  readonly plan: MatchPlan
  readonly iAmMentor: boolean
  readonly mineAt: Date
  readonly theirsAt: Date
  /** What is left before the first meeting. */
  readonly oriented: boolean
  readonly theyAreOriented: boolean
  /** Never who. */
  readonly contact: "open" | "named" | "declined"
  readonly conversation: string | undefined
}

/** One datum that the server has for matching. */
export interface MatchDatum {
  readonly datum: string
  readonly values: readonly string[]
  /** Without it nobody can be found. */
  readonly needed: boolean
  readonly since: Date
}

/** Somebody who would like one as their mentor. */
export interface MatchAsk {
  readonly ask: string
  readonly name: string
  readonly plan: MatchPlan
  readonly answerBy: Date
}

export interface MatchView {
  readonly stage: MatchStage
  /** Until when the stage waits; then it lapses, and one may begin anew. */
  readonly until: Date | undefined
  readonly options: readonly MatchOption[]
  readonly chosen: string | undefined
  readonly together: Together | undefined
  /** Of "impossible": what stands against it, by code, such as `language`. */
  readonly against: readonly string[]
  readonly data: readonly MatchDatum[]
  /** Of mentors. */
  readonly asks: readonly MatchAsk[]
}

export interface MatchRoom {
  /** Undefined until the server has said. */
  readonly view: ReadonlySignal<MatchView | undefined>
  /** What was answered, on this device. */
  readonly answers: ReadonlySignal<Answers>
  /** Keeps them on this device. */
  keep(answers: Answers): Promise<Outcome>
  /** Asks the server anew. */
  look(): Promise<Outcome>
  /** Agrees to being matched by these codes, and begins. */
  begin(codes: IntakeCodes): Promise<Outcome>
  /** One's own consent; the mentor is asked for theirs then. */
  choose(option: string): Promise<Outcome>
  /** None of these; they are left out of what comes next. */
  others(): Promise<Outcome>
  /** Ends what waits. */
  stop(): Promise<Outcome>
  /** A mentor's consent, or not. Nobody is told why not. */
  answer(ask: string, yes: boolean): Promise<Outcome>
  orient(relationship: string): Promise<Outcome>
  /** Whether somebody to call in an emergency is named; who it is stays between the two. */
  contact(relationship: string, choice: "named" | "declined"): Promise<Outcome>
  /** Ends it and begins anew with the same codes, in one step. */
  rematch(relationship: string): Promise<Outcome>
  /** Takes a datum back; it is gone from the next run on. */
  withdraw(datum: string): Promise<Outcome>
}
