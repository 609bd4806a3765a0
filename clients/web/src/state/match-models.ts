/**
 * Finding a mentor, as the two who may meet see it.
 *
 * Factors, goals and needs stand here as codes; screens put them into words. Points are
 * basis points of 10,000. What somebody answered stays on their device: `MatchCodes`
 * alone leave it.
 */

import type { ReadonlySignal } from "@preact/signals"
import type { MatchLine, MatchStage } from "../protocol/events"
import type { Outcome } from "./asked"
import type { Answers, MatchCodes } from "./intake"

/** What one factor gave, and how far a search has come: as the server says them. */
export type { MatchLine, MatchStage }

/** What of a plan the two may change. */
export interface MatchTerms {
  readonly structure: string
  readonly meetingsAMonth: number
}

/** Other terms that one of the two asks for. */
export interface MatchWish extends MatchTerms {
  /** Then it lapses. */
  readonly until: Date
}

/** What the two begin with, and then what they have agreed on since. */
export interface MatchPlan extends MatchTerms {
  readonly meetingMinutes: number
  readonly weeks: number
  readonly goals: readonly string[]
}

export interface MatchOption {
  /** Within its proposal; nobody's name. */
  readonly option: number
  readonly name: string
  readonly points: number
  readonly lines: readonly MatchLine[]
  readonly plan: MatchPlan
  /** "closed": they cannot take anybody right now. Nobody is told why. */
  readonly standing: "open" | "closed"
}

/** Two who both said yes. */
export interface Together {
  readonly relationship: string
  /** Of the other one. */
  readonly name: string
  readonly plan: MatchPlan
  /** They may meet; until then they prepare. */
  readonly isActive: boolean
  readonly iAmMentor: boolean
  readonly mineAt: Date
  readonly theirsAt: Date
  /** What is left before the first meeting. */
  readonly oriented: boolean
  readonly theyAreOriented: boolean
  /** Never who. */
  readonly contact: "open" | "named" | "declined"
  readonly conversation: string | undefined
  readonly iWish: MatchWish | undefined
  readonly theyWish: MatchWish | undefined
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
  /** Of one's own search. */
  readonly stage: MatchStage
  /** Until when the stage waits; then it lapses, and one may begin anew. */
  readonly until: Date | undefined
  /** What the options belong to. */
  readonly proposal: string | undefined
  readonly options: readonly MatchOption[]
  readonly chosen: number | undefined
  /** Those that are not over, as mentee first. */
  readonly together: readonly Together[]
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
  begin(codes: MatchCodes): Promise<Outcome>
  /** One's own consent; the mentor is asked for theirs then. */
  choose(proposal: string, option: number): Promise<Outcome>
  /** None of these; they are left out of what comes next. */
  others(proposal: string): Promise<Outcome>
  /** Ends what waits. */
  stop(): Promise<Outcome>
  /** A mentor's consent, or not. Nobody is told why not. */
  answer(ask: string, yes: boolean): Promise<Outcome>
  orient(relationship: string): Promise<Outcome>
  /** Whether somebody to call in an emergency is named; who it is stays between the two. */
  contact(relationship: string, choice: "named" | "declined"): Promise<Outcome>
  /** Asks for other terms, or agrees to the other's; undefined takes back what one asked for. */
  adjust(relationship: string, terms: MatchTerms | undefined): Promise<Outcome>
  /** Ends it and begins anew with the same codes, in one step: a mentee's. */
  rematch(relationship: string): Promise<Outcome>
  /** Ends it, and nobody is looked for. "graduated": what they wanted is reached. */
  end(relationship: string, graduated: boolean): Promise<Outcome>
  /** Takes a datum back; it is gone from the next run on. */
  withdraw(datum: string): Promise<Outcome>
}

/** What a mentor has told, and whether they are proposed. */
export interface MatchOffering {
  /** Empty: they did not agree to being proposed. */
  readonly data: readonly MatchDatum[]
  /** How many they help at most, and how many that are now. */
  readonly places: number
  readonly taken: number
  readonly isPaused: boolean
  /** Nothing about their role or their credentials stands against it. */
  readonly isEligible: boolean
}

/** To offer to be a mentor. */
export interface OfferRoom {
  /** Undefined until the server has said. */
  readonly offering: ReadonlySignal<MatchOffering | undefined>
  /** What was answered, on this device. */
  readonly answers: ReadonlySignal<Answers>
  keep(answers: Answers): Promise<Outcome>
  look(): Promise<Outcome>
  /** Agrees to being proposed by these codes; again changes them. */
  offer(codes: MatchCodes, places: number): Promise<Outcome>
  pause(paused: boolean): Promise<Outcome>
  /** Whoever is there already stays. */
  takeBack(): Promise<Outcome>
}

/** Somebody who is proposed, for a coordinator's look. */
export type ProposedOption = Omit<MatchOption, "standing">

/** What a run proposes to somebody, before they see it. */
export interface ProposalWaiting {
  readonly proposal: string
  /** Of whoever looks for a mentor. */
  readonly name: string
  /** Then it is closed, and they wait for the next run. */
  readonly until: Date
  readonly options: readonly ProposedOption[]
}

export interface MatchRun {
  readonly finishedAt: Date
  readonly mentees: number
  readonly mentors: number
  readonly matched: number
}

export interface MatchReviews {
  /** The soonest over first. */
  readonly waiting: readonly ProposalWaiting[]
  /** Also those that are not shown here. */
  readonly waitingInAll: number
  /** How many wait for a run. */
  readonly looking: number
  readonly isRunning: boolean
  readonly last: MatchRun | undefined
}

/** Of coordinators and supervisors. */
export interface MatchQueue {
  readonly reviews: ReadonlySignal<MatchReviews | undefined>
  look(): Promise<Outcome>
  /** Gives what is left to whoever looks; `reason` is needed with the first that is left out. */
  release(proposal: string, leaveOut: readonly number[], reason: string): Promise<Outcome>
  run(): Promise<Outcome>
}

/** What the screens about matching work with. */
export interface MatchRooms {
  readonly search: MatchRoom
  readonly offering: OfferRoom
  readonly queue: MatchQueue
}
