/** What screens show to somebody who asks for help, and what they can ask for. */

import type { ReadonlySignal } from "@preact/signals"
import type { News } from "../crisis/news"
import type { Stage } from "../crisis/stage"
import type { WaitRange } from "../crisis/wait"
import type { Where } from "../crisis/whereabouts"
import type { Outcome } from "./asked"

/** "unknown" until the server was asked. */
export type Desk = "unknown" | "none" | "demo" | "open"

/** How urgent somebody says it is, from 0 (now) to 4 (to talk). */
export type Band = 0 | 1 | 2 | 3 | 4

export interface Helper {
  readonly name: string
  /** Can read what is written. */
  readonly isHere: boolean
  readonly isReconnecting: boolean
  readonly takesOver: boolean
}

/** A case, as far as it is shown: no place in a line. */
export interface CaseShown {
  readonly helpers: readonly Helper[]
  readonly range: WaitRange | undefined
  /** Nobody has come in a long time. */
  readonly isSlow: boolean
  /** Nobody can be asked more urgently. */
  readonly isMostUrgent: boolean
  readonly isUrgent: boolean
  /** Asked for as an exercise by whoever looks at it. */
  readonly isDrill: boolean
  /** It is over, and the helpers are those who ask how the person is. */
  readonly isFollowedUp: boolean
  /** Until when the place of who left is theirs, by this device's clock. */
  readonly keptUntil: Date | undefined
}

export interface Told extends News {
  readonly id: number
  readonly at: Date
}

export type { Where } from "../crisis/whereabouts"

/** Where the person is, sealed: nobody opens it alone. */
export interface Place {
  /** Until when it is kept at the most; null: nothing is; undefined: the server was not asked yet. */
  readonly until: ReadonlySignal<Date | null | undefined>
  look(): Promise<Outcome>
  /** In the place of what was sealed before. */
  seal(where: Where): Promise<Outcome>
  withdraw(): Promise<Outcome>
}

export interface Crisis {
  readonly desk: ReadonlySignal<Desk>
  readonly stage: ReadonlySignal<Stage>
  readonly shown: ReadonlySignal<CaseShown | undefined>
  /** What has happened while this page was open, the oldest first. */
  readonly news: ReadonlySignal<readonly Told[]>
  /** The conversation of the case, once it is on this device. */
  readonly conversation: ReadonlySignal<string | undefined>
  readonly place: Place
  /** Asks the server whether it has a desk, unless that is known. */
  lookForDesk(): void
  /** At once, and kept until the server has it; the same while a case is open. */
  ask(language: string, region: string): void
  /** More urgent; without a band, by one. */
  raise(band?: Band): Promise<Outcome>
  leave(): Promise<Outcome>
  resume(): Promise<Outcome>
}

/** Of an account, which may be a supervisor's. */
export interface CrisisOfMember extends Crisis {
  /** Asks for help as an exercise: who answers is asked for real. */
  drill(band: Band): Promise<Outcome>
}
