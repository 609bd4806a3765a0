/**
 * The crisis desk of somebody who answers, for as long as they are signed in here.
 *
 * It stays on duty by itself (`desk/watch.ts`); who reloads the page is where they were,
 * since the server says how things stand.
 */

import { signal } from "@preact/signals"
import type { Chat } from "../chat/chat"
import type { DeskNotice, Update } from "../chat/updates"
import type { CaseNotes } from "../desk/checklist"
import { offsetOf } from "../desk/countdown"
import { lapsed, newOffers, offered, withdrawn } from "../desk/folding"
import { again, BEAT_MS, IDLE_POLL_MS, Nudge, POLL_MS } from "../desk/watch"
import type { AttemptOutcome, BoardView, Commands, DeskCase, DeskView, FollowUps, OfferView } from "../protocol/events"
import type { Outcome } from "./asked"
import type { Desk, DeskWishes, News } from "./desk-models"
import { forgetOldNotes, keepNotes, notesOf, openWishes } from "./desk-notes"
import { outcome, outcomeWith } from "./outcome"
import { forgetOldSaid, LiveOverrides } from "./overrides"
import { LivePlanning } from "./rota"
import { Scope } from "./scope"
import type { AuditRoom, PolicyRoom } from "./supervise-models"

const TICK_MS = 1_000
const TYPING_MS = 5_000

/** Commands that answer with how the desk stands afterwards. */
type Moving = { [Name in keyof Commands]: Commands[Name]["answer"] extends DeskView ? Name : never }[keyof Commands]

export class LiveDesk implements Desk {
  readonly view = signal<DeskView | undefined>(undefined)
  readonly now = signal(Date.now())
  readonly news = signal<News | undefined>(undefined)
  readonly rung = signal(0)
  readonly followUps = signal<FollowUps | undefined>(undefined)
  readonly board = signal<BoardView | undefined>(undefined)
  readonly overrides: LiveOverrides
  readonly planning: LivePlanning
  private readonly scope = new Scope()
  private readonly look = new Nudge()
  private readonly beat = new Nudge()
  private readonly lookAtBoard = new Nudge()
  private rules: Promise<PolicyRoom> | undefined
  private log: Promise<AuditRoom> | undefined
  private offset = 0
  private typedAt = -Infinity
  /** How many calls there were that tell how the desk stands, and the newest whose answer is shown. */
  private asked = 0
  private shown = 0
  /** Offers that were answered here and may still stand in an answer that was under way. */
  private readonly answered = new Set<string>()

  private constructor(
    private readonly chat: Chat,
    readonly wishes: DeskWishes,
    private readonly failed: (error: unknown) => void,
  ) {
    this.overrides = new LiveOverrides(chat, failed, this.scope.signal)
    const clock = () => chat.device.now() + this.offset
    this.planning = new LivePlanning(chat, clock, failed, this.scope.signal)
  }

  /** The desk of this account, at work until `close`. `failed` hears of defects. */
  static async open(chat: Chat, failed: (error: unknown) => void): Promise<LiveDesk> {
    const { vault } = chat.device
    const wishes = await openWishes(vault, failed)
    const desk = new LiveDesk(chat, wishes, failed)
    desk.scope.owns(wishes.stop)
    await forgetOldNotes(vault, chat.device.now())
    await forgetOldSaid(vault, chat.device.now())
    desk.run()
    return desk
  }

  close(): void {
    this.scope.end()
  }

  // --- duty ---

  start(): Promise<Outcome> {
    return this.move("duty.start", {})
  }

  pause(): Promise<Outcome> {
    return this.move("duty.pause", {})
  }

  end(): Promise<Outcome> {
    return this.move("duty.end", {})
  }

  sendTestPage(): Promise<Outcome> {
    return this.move("duty.test", {})
  }

  pageCame(): Promise<Outcome> {
    return this.move("duty.test_seen", {})
  }

  // --- offers ---

  accept(offer: OfferView): Promise<Outcome> {
    return this.answer("case.accept", offer)
  }

  decline(offer: OfferView): Promise<Outcome> {
    return this.answer("case.decline", offer)
  }

  // --- a case ---

  raise(held: string, band: number): Promise<Outcome> {
    return outcome(async () => {
      await this.chat.call("case.raise", { case: held, band })
      await this.ask()
    })
  }

  lower(held: string, band: number, reason: string): Promise<Outcome> {
    return this.move("case.lower", { case: held, band, reason })
  }

  askSupervisors({ case: held, fence }: DeskCase): Promise<Outcome> {
    return this.move("case.escalate", { case: held, fence })
  }

  join(held: string): Promise<Outcome> {
    return this.move("case.join", { case: held })
  }

  stepOut(held: string): Promise<Outcome> {
    return this.move("case.step_out", { case: held })
  }

  acknowledge(held: string): Promise<Outcome> {
    return outcome(async () => {
      await this.chat.call("page.ack", { case: held })
      this.lookAtBoard.now()
    })
  }

  handTo({ case: held, fence }: DeskCase, handle: string): Promise<Outcome> {
    return outcome(async () => {
      const to = await this.chat.people.find(handle)
      await this.showing(this.chat.call("case.transfer", { case: held, fence, to }))
    })
  }

  giveBack({ case: held, fence }: DeskCase, reason: string): Promise<Outcome> {
    return this.move("case.transfer", { case: held, fence, reason })
  }

  keep({ case: held, fence }: DeskCase): Promise<Outcome> {
    return this.move("case.transfer", { case: held, fence })
  }

  answerTransfer(held: string, accept: boolean): Promise<Outcome> {
    return this.move("case.transfer_answer", { case: held, accept })
  }

  finish({ case: held, fence }: DeskCase): Promise<Outcome> {
    return this.move("case.end", { case: held, fence })
  }

  wrapUp({ case: held, fence }: DeskCase, ...[result, followUp]: WrapUp): Promise<Outcome> {
    const wish = followUp === undefined ? {} : { follow_up: followUp }
    return this.move("case.wrap_up", { case: held, fence, outcome: result, ...wish })
  }

  referrals(region: string, language: string): ReturnType<Desk["referrals"]> {
    return outcomeWith("referrals", () => this.chat.call("referral.list", { region, language }))
  }

  typed(held: string): void {
    const now = this.chat.device.now()
    if (now - this.typedAt < TYPING_MS) return
    this.typedAt = now
    // A sign that cannot go is not missed.
    void outcome(() => this.chat.call("case.typing", { case: held })).catch(this.failed)
  }

  // --- kept here ---

  notesOf(held: string): Promise<CaseNotes> {
    return notesOf(this.chat.device.vault, held)
  }

  keepNotes(held: string, notes: CaseNotes): Promise<Outcome> {
    return outcome(() => keepNotes(this.chat.device.vault, held, notes, this.chat.device.now()))
  }

  // --- afterwards, and the board ---

  lookAtFollowUps(): Promise<Outcome> {
    return outcome(async () => {
      this.followUps.value = await this.chat.call("followup.list", {})
    })
  }

  take(held: string, take: boolean): Promise<Outcome> {
    return outcome(async () => {
      this.followUps.value = await this.chat.call("followup.take", { case: held, take })
      this.look.now()
    })
  }

  record(held: string, result: AttemptOutcome): Promise<Outcome> {
    return outcome(async () => {
      this.followUps.value = await this.chat.call("followup.record", { case: held, outcome: result })
      this.look.now()
    })
  }

  watchBoard(): () => void {
    const ending = new AbortController()
    const signal = AbortSignal.any([ending.signal, this.scope.signal])
    const read = async () => {
      this.board.value = await this.chat.call("desk.board", {})
    }
    again(read, () => POLL_MS, this.lookAtBoard, signal).catch(this.failed)
    return () => ending.abort()
  }

  allow(account: string): Promise<Outcome> {
    return this.decide(this.chat.call("duty.allow", { account }))
  }

  agreeReturn(held: string): Promise<Outcome> {
    return this.decide(this.chat.call("case.agree_return", { case: held }))
  }

  // --- beforehand, and looking back ---

  policy(): Promise<PolicyRoom> {
    this.rules ??= import("./policy").then(({ LivePolicy }) => LivePolicy.open(this.chat, this.failed))
    return this.rules
  }

  audit(): Promise<AuditRoom> {
    this.log ??= import("./audit").then(({ LiveAudit }) => new LiveAudit(this.chat))
    return this.log
  }

  // --- within ---

  /** Of a supervisor: how the board stands afterwards is seen at once. */
  private decide(calling: Promise<BoardView>): Promise<Outcome> {
    return outcome(async () => {
      this.board.value = await calling
    })
  }

  private run(): void {
    const { signal } = this.scope
    this.chat.updates.listen((update) => this.heard(update), signal)
    const ticking = setInterval(() => this.tick(), TICK_MS)
    this.scope.owns(() => clearInterval(ticking))
    const pause = () => (this.isOnDuty ? POLL_MS : IDLE_POLL_MS)
    again(() => this.ask(), pause, this.look, signal).catch(this.failed)
    this.overrides.look()
    again(
      () => this.beatOnDuty(),
      () => BEAT_MS,
      this.beat,
      signal,
    ).catch(this.failed)
  }

  /** On duty, or with somebody on a break: either way this device is looked for. */
  private get isOnDuty(): boolean {
    const view = this.view.peek()
    return view !== undefined && (view.duty !== "off" || view.cases.length > 0)
  }

  private async beatOnDuty(): Promise<void> {
    if (this.isOnDuty) await this.chat.call("duty.beat", {})
  }

  private async ask(): Promise<void> {
    await this.showing(this.chat.call("desk.mine", {}))
  }

  private move<Name extends Moving>(name: Name, payload: Commands[Name]["payload"]): Promise<Outcome> {
    return outcome(() => this.showing(this.chat.call<Moving>(name, payload)))
  }

  /** An offer is off the screen with the press, whatever the answer is. */
  private answer(name: "case.accept" | "case.decline", offer: OfferView): Promise<Outcome> {
    this.answered.add(offer.offer)
    const view = this.view.peek()
    if (view !== undefined && name === "case.decline") this.view.value = withdrawn(view, offer)
    return outcome(async () => {
      try {
        await this.showing(this.chat.call(name, { case: offer.case, offer: offer.offer }))
      } finally {
        this.answered.delete(offer.offer)
        this.look.now()
      }
    })
  }

  /** An answer that a later call has overtaken is not shown. */
  private async showing(calling: Promise<DeskView>): Promise<void> {
    const number = ++this.asked
    const answer = await calling
    if (number < this.shown) return
    this.shown = number
    this.show(answer)
  }

  private show(answer: DeskView): void {
    const before = this.view.peek()
    const wasOnDuty = this.isOnDuty
    this.offset = offsetOf(answer.now, this.chat.device.now())
    this.now.value = answer.now
    const offers = answer.offers.filter(({ offer }) => !this.answered.has(offer))
    this.become(before, offers.length === answer.offers.length ? answer : { ...answer, offers })
    // The server looks for this device from the first moment on.
    if (this.isOnDuty && !wasOnDuty) this.beat.now()
  }

  private become(before: DeskView | undefined, after: DeskView): void {
    this.view.value = after
    if (newOffers(before, after).length > 0) this.rung.value += 1
  }

  private tick(): void {
    this.now.value = this.chat.device.now() + this.offset
    const view = this.view.peek()
    if (view !== undefined) this.view.value = lapsed(view, this.now.peek())
  }

  private heard(update: Update): void {
    if (update.kind === "desk") this.noticed(update.notice)
    if (update.kind === "connection" && this.chat.state === "online") {
      this.look.now()
      this.beat.now()
      this.lookAtBoard.now()
      this.overrides.look()
    }
  }

  private noticed({ name, fact }: DeskNotice): void {
    const view = this.view.peek()
    switch (name) {
      case "case.offered":
        this.offset = offsetOf(fact.now, this.chat.device.now())
        if (view !== undefined && !this.answered.has(fact.offer)) this.become(view, offered(view, fact))
        break
      case "offer.rescinded": {
        const isShown = view?.offers.some(({ offer }) => offer === fact.offer) === true
        if (view !== undefined) this.view.value = withdrawn(view, fact)
        // What one did oneself, here or at another device, is seen.
        const isOwn = fact.why === "accepted" || fact.why === "declined" || this.answered.has(fact.offer)
        if (isShown && !isOwn) this.news.value = { kind: "offer_over", why: fact.why }
        break
      }
      case "desk.changed":
        this.news.value = { kind: "told", what: fact.what, held: fact.case }
        if (fact.what === "override") this.overrides.look()
        break
      case "case.changed":
        return
    }
    this.look.now()
    this.lookAtBoard.now()
  }
}

type WrapUp = Parameters<Desk["wrapUp"]> extends [unknown, ...infer Rest] ? Rest : never
