/** What a circle can do besides talking: who may what is decided by the server alone. */

import type { ReadonlySignal } from "@preact/signals"
import type { Outcome } from "./asked"

/** Of the circle; between two both are participants. */
export type CallRole = "participant" | "facilitator" | "co_facilitator" | "leader" | "observer"

export interface Circle {
  /** What this person may do in it; the server has the last word. */
  readonly powers: ReadonlySignal<ReadonlySet<Power>>
  readonly isLocked: ReadonlySignal<boolean>
  /** People who wait to be let in, in their order; empty for who cannot let them in. */
  readonly line: ReadonlySignal<readonly Waiting[]>
  /** Handles of raised hands, in their order. */
  readonly hands: ReadonlySignal<readonly Raised[]>
  readonly spotlit: ReadonlySignal<string | undefined>
  readonly agenda: ReadonlySignal<Agenda | undefined>
  readonly piece: ReadonlySignal<TalkingPiece | undefined>
  /** Members who stepped out and let it be known: for facilitators alone. */
  readonly flagged: ReadonlySignal<readonly string[]>
  /** Somebody has opened a conversation of two beside the circle, with oneself. */
  readonly side: ReadonlySignal<SideAsked | undefined>

  raiseHand(up: boolean): Promise<Outcome>
  /** Of somebody else. */
  lowerHand(member: string): Promise<Outcome>
  admit(member: string): Promise<Outcome>
  admitAll(): Promise<Outcome>
  /** Back to the waiting room. */
  hold(member: string): Promise<Outcome>
  remove(member: string, reason: RemoveReason): Promise<Outcome>
  /** "ask" asks their device, "stop" has it stopped in the engine. */
  mute(member: string, how: "ask" | "stop"): Promise<Outcome>
  muteAll(): Promise<Outcome>
  inviteToSpeak(member: string): Promise<Outcome>
  setRole(member: string, role: CallRole): Promise<Outcome>
  setLocked(locked: boolean): Promise<Outcome>
  spotlight(member: string | undefined): Promise<Outcome>
  /** Takes the screen away from who presents. */
  stopScreen(): Promise<Outcome>
  nextPhase(): Promise<Outcome>
  extend(minutes: number): Promise<Outcome>
  /** Everybody in the order of their seats, unless an order is given; `turnSeconds` notifies and cuts nobody off. */
  startPiece(order: readonly string[] | undefined, turnSeconds: number | undefined): Promise<Outcome>
  /** On to the next; after the last the round is over. Passing is always allowed. */
  passPiece(): Promise<Outcome>
  stopPiece(): Promise<Outcome>
  /** A conversation of two beside the circle; its id, once it is there. */
  openSide(member: string): Promise<Outcome & { readonly conversation?: string }>
  /** Asks the crisis desk for help; the circle sees only that one is away. */
  askForHelp(tellFacilitators: boolean): Promise<Outcome>
  /** Steps out, or comes back. */
  stepOut(out: boolean): Promise<Outcome>
}

export type Power =
  | "admit"
  | "hold"
  | "remove"
  | "mute"
  | "invite_unmute"
  | "set_role"
  | "lock"
  | "spotlight"
  | "revoke_screen"
  | "phase"
  | "piece"
  | "end"
  | "side"
  | "request_recording"

/** Noted, and told to nobody in the room. */
export type RemoveReason = "agreement" | "safety" | "disturbance" | "not_alone" | "mistake"

export interface Waiting {
  readonly member: string
  readonly handle: string
  readonly since: Date
  /** They were in the room before, and were asked to wait. */
  readonly wasInside: boolean
}

export interface Raised {
  readonly member: string
  readonly handle: string
  readonly isMe: boolean
}

export interface Agenda {
  readonly phases: readonly AgendaPhase[]
  /** Index of the phase that is on; -1 before the first. */
  readonly at: number
  /** Undefined before the first. */
  readonly endsAt: Date | undefined
  /** Past its end: shown, never cut. */
  readonly isOver: boolean
}

export interface AgendaPhase {
  /** Such as "check_in"; screens put it into words. */
  readonly name: string
  readonly minutes: number
}

export interface TalkingPiece {
  readonly holder: string
  readonly handle: string
  readonly isMine: boolean
  /** Who follows, in order. */
  readonly next: readonly string[]
  readonly turnEndsAt: Date | undefined
}

export interface SideAsked {
  readonly handle: string
  readonly conversation: string
}
