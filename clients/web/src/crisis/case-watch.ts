/**
 * Follows the case of whoever asked for help, while a client runs: sends the tap until it
 * is kept, asks how it stands, says that the person is there, and has the conversation
 * follow. What all of this means for a page is `stage.ts`.
 *
 * One task asks, one after the other, so an older answer never takes the place of a newer
 * one. A hint of the server only makes it ask earlier.
 */

import { Bell, CLOCK, type Clock } from "../chat/bell"
import type { Chat } from "../chat/chat"
import { ChatError } from "../chat/errors"
import { retryDelayMs } from "../protocol/backoff"
import { NotConnected, Refused } from "../protocol/errors"
import type { CaseMineView, Commands } from "../protocol/events"
import { Gathering } from "./gathering"
import { type News, newsOf, type Seen } from "./news"
import {
  ASK_EVERY_MS,
  BEAT_EVERY_MS,
  FOLLOW_UP_EVERY_MS,
  isFollowedUp,
  isGathered,
  type Known,
  type Stage,
  stageOf,
} from "./stage"
import { openingOf, type Tap } from "./tap"
import { type PlaceCall, Whereabouts } from "./whereabouts"

/** Where a tap is kept until the server has it. */
export interface TapShelf {
  load(): Tap | undefined
  forget(): void | Promise<void>
}

/** What a page hears. */
export interface Told {
  /** Something is different: read it again. */
  readonly changed: (news: readonly News[]) => void
  /** This server has no crisis desk. */
  readonly noDesk: () => void
}

/** What a person does with their case, and the server answers with how it stands. */
export type Step = "case.raise" | "case.leave" | "case.resume"

export class CaseWatch {
  known: Known
  private readonly bell = new Bell()
  private readonly beats = new Bell()
  private readonly whereabouts: Whereabouts
  private seen: Seen | undefined

  private constructor(
    private readonly chat: Chat,
    private readonly taps: TapShelf,
    private readonly gathering: Gathering,
    private readonly told: Told,
    private readonly clock: Clock,
  ) {
    this.whereabouts = new Whereabouts(chat)
  }

  /** @param mayMake whether this device makes the conversation */
  static async open(
    chat: Chat,
    taps: TapShelf,
    told: Told,
    mayMake: () => boolean = () => true,
    clock: Clock = CLOCK,
  ): Promise<CaseWatch> {
    const watch = new CaseWatch(chat, taps, await Gathering.open(chat, mayMake), told, clock)
    chat.updates.listen((update) => {
      const isHint = update.kind === "desk" && update.notice.name === "case.changed"
      if (isHint || update.kind === "connection") watch.bell.ring()
      if (update.kind === "conversation" && update.conversation === watch.conversation) watch.gathered()
    }, chat.signal)
    return watch
  }

  get stage(): Stage {
    return stageOf(this.taps.load(), true, this.known, this.inside)
  }

  /** The conversation of the case, once it is on this device. */
  get conversation(): string | undefined {
    return this.known ? this.gathering.roomOf(this.known)?.id : undefined
  }

  /** Accounts that can read what is written. */
  get inside(): ReadonlySet<string> {
    return this.known ? this.gathering.inside(this.known) : new Set()
  }

  /** Goes to work, until the client ends. */
  run(): void {
    this.chat.own(this.follow())
    this.chat.own(this.beat())
  }

  /** Asks soon: there is a tap, or something may be different. */
  look(): void {
    this.bell.ring()
  }

  /** Takes over what the server has answered elsewhere, as to the tap itself. */
  take(known: Known): void {
    this.known = known
    this.tell()
  }

  /** Throws `Refused`, `NotConnected`: nothing has happened, or it may have. */
  async step<Name extends Step>(name: Name, payload: Commands[Name]["payload"]): Promise<void> {
    const answer: CaseMineView = await this.chat.call(name, payload)
    this.take(answer.case)
    this.bell.ring()
  }

  /**
   * Seals where the person is, takes it back, or asks: until when something is kept at the
   * most, by this device's clock; null: nothing is. Throws as `step`, and `ChatError` without
   * an open case.
   */
  async place(call: PlaceCall): Promise<Date | null> {
    const { known } = this
    if (!known) throw new ChatError("client.not_allowed")
    const until = await this.whereabouts.ask(call, known, this.gathering.roomOf(known))
    return until === null ? null : new Date(this.chat.device.now() + until - known.now)
  }

  private async follow(): Promise<void> {
    for (let attempt = 0; ; ) {
      this.bell.still()
      const isAnswered = await this.ask()
      attempt = isAnswered ? 0 : attempt + 1
      const every = isFollowedUp(this.known) ? FOLLOW_UP_EVERY_MS : ASK_EVERY_MS[this.stage]
      const wait = isAnswered ? every : retryDelayMs(attempt, 0, this.clock.random)
      if (wait === undefined) await this.bell.heard(this.chat.signal)
      else await this.bell.heardWithin(wait, this.clock, this.chat.signal)
    }
  }

  /** Whether the server answered. */
  private async ask(): Promise<boolean> {
    const tap = this.taps.load()
    try {
      const { device } = this.chat
      const answer = await (tap === undefined
        ? this.chat.call("case.mine", {})
        : this.chat.call("case.open", openingOf(tap, device.now())))
      // It is kept there, while the database is away: the same tap says what follows.
      if (answer.is_spooled) return false
      if (tap !== undefined) await this.taps.forget()
      this.take(answer.case)
      await this.gather()
      if (this.stage === "over") await this.whereabouts.forget()
      return true
    } catch (error) {
      if (error instanceof Refused && error.code === "not_found") {
        await this.taps.forget()
        this.take(null)
        this.told.noDesk()
        return true
      }
      if (error instanceof Refused || error instanceof NotConnected) return false
      throw error
    }
  }

  /** Has the conversation follow. */
  private async gather(): Promise<void> {
    const { known } = this
    if (!known || !(isGathered(this.stage) || isFollowedUp(known))) return
    const after = await this.gathering.follow(known)
    if (this.known === known) this.take(after)
    const room = this.gathering.roomOf(after)
    if (room !== undefined) await this.whereabouts.tell(after, room)
  }

  /** Something is different in the conversation: who came in is seen at once. */
  private gathered(): void {
    this.tell()
    this.chat.own(this.gather())
  }

  private async beat(): Promise<void> {
    for (;;) {
      if (this.stage !== "coming" && this.stage !== "here") {
        this.beats.still()
        await this.beats.heard(this.chat.signal)
      }
      try {
        await this.chat.call("case.beat", {})
      } catch (error) {
        if (!(error instanceof Refused || error instanceof NotConnected)) throw error
      }
      await this.clock.pause(BEAT_EVERY_MS, this.chat.signal)
    }
  }

  private tell(): void {
    const { stage, known, inside } = this
    if (stage === "coming" || stage === "here") this.beats.ring()
    const after = known ? { stage, view: known, inside: new Set(inside) } : undefined
    const news = after === undefined ? [] : newsOf(this.seen, after)
    this.seen = after
    this.told.changed(news)
  }
}
