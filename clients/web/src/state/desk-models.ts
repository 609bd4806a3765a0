/**
 * What responders and supervisors see of the crisis desk, and what they can do there.
 *
 * Values are the server's own, and its times too: Unix milliseconds by its clock, which
 * `Desk.now` follows. What is decided is decided by the server; the screens only ask.
 */

import type { ReadonlySignal, Signal } from "@preact/signals"
import type { CaseNotes } from "../desk/checklist"
import type { Keys } from "../desk/shortcuts"
import type {
  AttemptOutcome,
  BoardView,
  DeskCase,
  DeskNews,
  DeskView,
  FollowUps,
  FollowUpWish,
  OfferOver,
  OfferView,
  Referrals,
} from "../protocol/events"
import type { Outcome } from "./asked"
import type { OverrideDesk } from "./override-models"
import type { Planning } from "./rota-models"
import type { AuditRoom, PolicyRoom } from "./supervise-models"

export { type CaseNotes, type Check, CHECKS, NO_NOTES, toggled } from "../desk/checklist"
export { type Action, ACTIONS, actionOf, type Changed, type Keys, USUAL_KEYS, withKey } from "../desk/shortcuts"
export { secondsLeft, shareLeft } from "../desk/countdown"
export type {
  AttemptOutcome,
  BandFigures,
  BoardCase,
  BoardResponder,
  BoardSpan,
  BoardTier,
  BoardUncovered,
  BoardView,
  CaseChannel,
  DeskCase,
  DeskNews,
  DeskView,
  DutyStatus,
  FollowUps,
  FollowUpView,
  FollowUpWish,
  OfferOver,
  OfferView,
  PageTestView,
  ReferralContact,
  Referrals,
  ReferralView,
  WantedCase,
} from "../protocol/events"

export interface Desk {
  /** Undefined until the server has said. */
  readonly view: ReadonlySignal<DeskView | undefined>
  /** The server's clock; it moves each second. */
  readonly now: ReadonlySignal<number>
  /** What happened last, until somebody has read it. */
  readonly news: Signal<News | undefined>
  /** Rises with each offer that was not there before. */
  readonly rung: ReadonlySignal<number>
  readonly wishes: DeskWishes
  readonly followUps: ReadonlySignal<FollowUps | undefined>
  readonly board: ReadonlySignal<BoardView | undefined>
  /** Acting without consent. */
  readonly overrides: OverrideDesk
  readonly planning: Planning

  /** Begins, or goes on; before the rest is over only if `may_start_early`. */
  start(): Promise<Outcome>
  pause(): Promise<Outcome>
  end(): Promise<Outcome>
  /** Sends a test page to one's own browsers once more. */
  sendTestPage(): Promise<Outcome>
  /** Says that the test page has come. */
  pageCame(): Promise<Outcome>

  accept(offer: OfferView): Promise<Outcome>
  decline(offer: OfferView): Promise<Outcome>

  raise(held: string, band: number): Promise<Outcome>
  lower(held: string, band: number, reason: string): Promise<Outcome>
  /** Asks supervisors and professionals to come in. */
  askSupervisors(held: DeskCase): Promise<Outcome>
  /** Comes into a conversation whose holder asks for back-up. */
  join(held: string): Promise<Outcome>
  /** A guest leaves before the end. */
  stepOut(held: string): Promise<Outcome>
  /** Says that one has seen the page for a case, and takes care of it. */
  acknowledge(held: string): Promise<Outcome>
  /** To a colleague, by handle, who is asked first. */
  handTo(held: DeskCase, handle: string): Promise<Outcome>
  /** Back to the queue; for A0 and A1 a supervisor is asked first (`return_asked`). */
  giveBack(held: DeskCase, reason: string): Promise<Outcome>
  /** Takes the wish to give it back away again. */
  keep(held: DeskCase): Promise<Outcome>
  answerTransfer(held: string, accept: boolean): Promise<Outcome>
  finish(held: DeskCase): Promise<Outcome>
  wrapUp(held: DeskCase, outcome: string, followUp: FollowUpWish | undefined): Promise<Outcome>
  /** Services that the operator has entered; the language of the case comes first. */
  referrals(region: string, language: string): Promise<Outcome & { readonly referrals?: Referrals }>
  /** The person writes: told at most every 5 s. */
  typed(held: string): void

  notesOf(held: string): Promise<CaseNotes>
  /** Resolves when they are stored, sealed, on this device. */
  keepNotes(held: string, notes: CaseNotes): Promise<Outcome>

  lookAtFollowUps(): Promise<Outcome>
  /** Means to do a follow-up, or steps back from it. */
  take(held: string, take: boolean): Promise<Outcome>
  record(held: string, outcome: AttemptOutcome): Promise<Outcome>

  /** Follows the board until the function that it gives is called. */
  watchBoard(): () => void
  /** Lets somebody else begin within the next hour, before their rest is over. */
  allow(account: string): Promise<Outcome>
  /** Agrees that an A0 or A1 goes back to the queue. */
  agreeReturn(held: string): Promise<Outcome>

  /** What supervisors decide beforehand, and look back on; each is loaded when it is asked for. */
  policy(): Promise<PolicyRoom>
  audit(): Promise<AuditRoom>
}

export type News =
  | { readonly kind: "offer_over"; readonly why: OfferOver }
  | { readonly kind: "told"; readonly what: DeskNews; readonly held: string | null }

/** What somebody has set for the desk on this device. */
export interface DeskWishes {
  /** From 0, which is silent, to 100. */
  readonly volume: Signal<number>
  readonly shortcuts: Signal<boolean>
  readonly keys: Signal<Keys>
  /** Until what was changed so far is stored, or was said not to be. */
  stored(): Promise<void>
}
