/** What a call is opened by, as the screens show it. */

import type { ReadonlySignal } from "@preact/signals"
import type { Outcome } from "./asked"

/** What a call is for at the most. */
export type CallMedia = "audio" | "video"

/** What hides the addresses of two from each other, and who says so. */
export interface CallRoute {
  /** Hidden by rule; both together can lift that. */
  readonly mayChoose: boolean
  readonly wishesDirect: boolean
  /** What the other one wishes shows here alone, and only to who wishes the same. */
  readonly isRelayed: boolean
}

/** A room that people are let into, with a plan of its own. */
export interface RoomKind {
  /** Such as "peer_circle"; one without words is shown as it is. */
  readonly name: string
  readonly minutes: number
  /** Participants, besides those who lead. */
  readonly least: number
  readonly most: number
}

export interface PlannedCall {
  readonly session: string
  readonly conversation: string
  /** As in `CallRow`. */
  readonly kind: string
  readonly media: CallMedia
  readonly startsAt: Date
  /** From here on somebody can open it. */
  readonly opensAt: Date
  readonly minutes: number
  /** Set while it is open. */
  readonly call: string | undefined
  /** Whoever leads has yet to say that one fits; nobody comes in before. */
  readonly needsTalk: boolean
}

/** A call of two as somebody plans it. The server learns all of this. */
export interface CallPlan {
  readonly startsAt: Date
  readonly minutes: number
  readonly media: CallMedia
}

/** What is planned on the server, which is what attendance is signed for. */
export interface CallPlans {
  /** Calls that are planned in a conversation and not over, the earliest first; undefined if nobody can say now. */
  planned(conversation: string): Promise<readonly PlannedCall[] | undefined>
  /** Becomes another number when what is planned anywhere may have changed; `planned` is to be asked then. */
  readonly planChanges: ReadonlySignal<number>
  /** Plans a call of two. */
  plan(conversation: string, plan: CallPlan): Promise<Outcome>
  /** Calls off what has not begun: either of two, and in a circle those who lead it. */
  callOff(session: string): Promise<Outcome>
}

export interface CallRow {
  readonly call: string
  /** Of the session, such as "individual"; screens put it into words. */
  readonly kind: string
  readonly conversation: string
  readonly media: CallMedia
  readonly startedAt: Date
  /** Handle of who began it. */
  readonly by: string
  readonly isMine: boolean
  /** Devices learn each other's internet address. */
  readonly isDirect: boolean
  /** This device is in it, or waits for it. */
  readonly isHere: boolean
  /** Another device of one's own is in it; asked for now and then. */
  readonly isElsewhere: boolean
}
