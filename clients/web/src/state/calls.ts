/** The calls of one's conversations, and the one that this device is in. */

import { computed, type ReadonlySignal, signal } from "@preact/signals"
import { contact } from "../account/trust"
import type { Chat } from "../chat/chat"
import { type CallNotice, type Update } from "../chat/updates"
import { NotConnected, Refused } from "../protocol/errors"
import type { CallMedia, CallView, Calls as Listed, Commands } from "../protocol/events"
import type { Outcome } from "./asked"
import type { CallPlan, CallRoute, CallRow, Calls, Check, PlannedCall, RoomKind } from "./call-models"
import { entryBefore } from "./call-entry"
import { plan, planned, roomKinds, routeOf, sessionNow } from "./call-opening"
import type { LiveRoom } from "./call-room"
import { type KeptWishes, openCallWishes } from "./call-wishes"
import type { Names } from "./names"
import { called, outcome, outcomeWith } from "./outcome"
import { Requests } from "./requests"
import { Scope } from "./scope"

const LOOK_MS = 30_000

export interface LiveCallsAround {
  /** The address of the built `call/frame-worker.ts`. */
  readonly frameWorker: string
  readonly names: Names
  readonly language: () => string
  /** Asks the crisis desk from within a call. */
  readonly askForHelp: (language: string, from: { readonly call: string; readonly tellsLead: boolean }) => void
  readonly failed: (error: unknown) => void
}

export class LiveCalls implements Calls {
  readonly running: ReadonlySignal<readonly CallRow[]>
  readonly current = signal<LiveRoom | undefined>(undefined)
  readonly lacks: Calls["lacks"] = lacking()
  readonly planChanges = signal(0)
  private readonly views = signal<ReadonlyMap<string, CallView>>(new Map())
  /** Calls in which the account has a seat, on whichever device. */
  private readonly seated = signal<ReadonlySet<string>>(new Set())
  private readonly verified = new Set<string>()
  private readonly scope = new Scope()
  private readonly requests: Requests

  private constructor(
    private readonly chat: Chat,
    private readonly around: LiveCallsAround,
    readonly wishes: KeptWishes,
  ) {
    this.running = computed(() => this.rows())
    this.requests = new Requests(chat.device.random)
    this.scope.owns(wishes.stop)
  }

  static async open(chat: Chat, around: LiveCallsAround, listed: Listed): Promise<LiveCalls> {
    const calls = new LiveCalls(chat, around, await openCallWishes(chat.device.vault, around.failed))
    await calls.take(listed)
    const before = listed.calls.find(({ call }) => entryBefore(call) !== undefined)
    if (before !== undefined) await outcome(() => calls.enter(before))
    chat.updates.listen((update) => calls.heard(update), calls.scope.signal)
    const timer = setInterval(() => calls.refresh(), LOOK_MS)
    calls.scope.owns(() => clearInterval(timer))
    return calls
  }

  close(): void {
    this.scope.end()
    this.current.peek()?.close()
    this.current.value = undefined
  }

  async hidesAddresses(): Promise<boolean | undefined> {
    try {
      const { access, is_sfu_up } = await this.chat.call("call.check", {})
      return access.ice_servers.length > 0 || is_sfu_up
    } catch (error) {
      if (error instanceof NotConnected || error instanceof Refused) return undefined
      throw error
    }
  }

  async route(conversation: string): Promise<CallRoute | undefined> {
    try {
      return routeOf(await this.chat.call("route.fetch", { conversation }))
    } catch (error) {
      if (error instanceof NotConnected || error instanceof Refused) return undefined
      throw error
    }
  }

  wishDirect(conversation: string, wish: boolean): ReturnType<Calls["wishDirect"]> {
    return outcomeWith("route", async () => {
      const chosen = await this.chat.call("route.set", { conversation, direct: wish })
      // A call that goes on there may hide addresses from here on.
      await this.look()
      return routeOf(chosen)
    })
  }

  async check(): Promise<Check> {
    const { LiveCheck } = await import("./call-check")
    return new LiveCheck(this.chat, this.around.frameWorker, this.wishes, this.around.failed)
  }

  start(conversation: string, media: CallMedia, session?: string): Promise<Outcome> {
    return outcome(() => this.begin({ conversation, media, session: session ?? null }))
  }

  async roomKinds(): Promise<readonly RoomKind[]> {
    try {
      return await roomKinds(this.chat)
    } catch (error) {
      if (error instanceof NotConnected || error instanceof Refused) return []
      throw error
    }
  }

  openRoom(conversation: string, kind: string, fits: readonly string[]): Promise<Outcome> {
    return outcome(async () => {
      const { session, media } = await sessionNow(this.chat, conversation, kind, fits)
      await this.begin({ conversation, media, session })
    })
  }

  async planned(conversation: string): Promise<readonly PlannedCall[] | undefined> {
    try {
      return await planned(this.chat, conversation)
    } catch (error) {
      if (error instanceof NotConnected || error instanceof Refused) return undefined
      throw error
    }
  }

  async plan(conversation: string, wanted: CallPlan): Promise<Outcome> {
    const planned = await outcome(() => plan(this.chat, this.requests, conversation, wanted))
    this.planChanged()
    return called(planned, { quota_exceeded: "plan_full" })
  }

  async callOff(session: string): Promise<Outcome> {
    const off = await outcome(() => this.chat.call("session.cancel", { session }))
    this.planChanged()
    return called(off, { not_now: "plan_begun", not_found: "plan_gone" })
  }

  join(call: string): Promise<Outcome> {
    return outcome(async () => {
      const view = this.views.peek().get(call)
      if (view === undefined) throw new NotConnected("the call is not known")
      await this.enter(view)
    })
  }

  refresh(): void {
    if (this.views.peek().size > 0) void this.look().catch(this.around.failed)
  }

  leaveOthers(conversation: string): Promise<Outcome> {
    return outcome(async () => {
      for (const { call, isHere, isElsewhere } of this.rows().filter((row) => row.conversation !== conversation)) {
        if (isHere) await this.current.peek()?.leave()
        if (isElsewhere) await this.chat.call("call.leave", { call, elsewhere: true })
      }
      await this.look()
    })
  }

  decline(call: string): Promise<Outcome> {
    return outcome(() => this.chat.call("call.decline", { call }))
  }

  dismiss(): void {
    this.current.peek()?.close()
    this.current.value = undefined
  }

  // --- within ---

  private async begin(wanted: Commands["call.start"]["payload"]): Promise<void> {
    const view = await this.chat.call("call.start", wanted)
    await this.add(view)
    await this.enter(view)
  }

  private async enter(view: CallView): Promise<void> {
    if (this.current.peek()?.call === view.call && this.isHere(view.call)) return
    const { LiveRoom } = await import("./call-room")
    this.dismiss()
    const { frameWorker, language, askForHelp, failed } = this.around
    const room = new LiveRoom(view, {
      ...{ chat: this.chat, frameWorker, wishes: this.wishes, language, failed },
      isVerified: (account) => this.isVerified(account),
      nameOf: (account) => this.around.names.of(account),
      makeSide: (member) => this.chat.create("side", [member]),
      openCase: (call, tellsLead) => {
        askForHelp(language(), { call, tellsLead })
        return Promise.resolve({ done: true })
      },
    })
    this.current.value = room
    try {
      await room.enter()
    } catch (error) {
      this.dismiss()
      throw error
    }
  }

  private isVerified(account: string): boolean {
    return this.verified.has(account)
  }

  private heard(update: Update): void {
    if (update.kind === "call") this.noticed(update.notice)
    if (update.kind === "told" && update.notice.name === "session.changed") this.planChanged()
    if (update.kind !== "connection" || !this.chat.isCaughtUp) return
    void this.look().catch(this.around.failed)
    // Nobody tells later what was told while there was no line.
    this.planChanged()
  }

  private planChanged(): void {
    this.planChanges.value = this.planChanges.peek() + 1
  }

  private noticed(notice: CallNotice): void {
    if (notice.name === "call.started") void this.add(notice.fact.view).catch(this.around.failed)
    if (notice.name !== "call.ended") return
    const views = new Map(this.views.peek())
    if (views.delete(notice.fact.call)) this.views.value = views
  }

  private async look(): Promise<void> {
    try {
      await this.take(await this.chat.call("call.list", {}))
    } catch (error) {
      if (!(error instanceof NotConnected) && !(error instanceof Refused)) throw error
    }
  }

  private async take({ calls, seated }: Listed): Promise<void> {
    for (const view of calls) await this.learn(view)
    this.views.value = new Map(calls.map((view) => [view.call, view]))
    this.seated.value = new Set(seated)
  }

  private async add(view: CallView): Promise<void> {
    await this.learn(view)
    this.views.value = new Map(this.views.peek()).set(view.call, view)
  }

  private async learn(view: CallView): Promise<void> {
    const accounts = this.chat.rooms.get(view.conversation)?.accounts ?? new Set<string>()
    await this.around.names.load([view.started_by, ...accounts])
    for (const account of accounts) {
      if ((await contact(this.chat.device.vault, account))?.verified === true) this.verified.add(account)
    }
  }

  private whereIn(call: string): Pick<CallRow, "isHere" | "isElsewhere"> {
    const isHere = this.isHere(call)
    return { isHere, isElsewhere: !isHere && this.seated.value.has(call) }
  }

  private isHere(call: string): boolean {
    const room = this.current.value
    const kind = room?.stage.value.kind
    return room?.call === call && kind !== "ended" && kind !== "refused"
  }

  private rows(): readonly CallRow[] {
    const { account } = this.chat.device.identity
    return [...this.views.value.values()]
      .sort((a, b) => b.started_at - a.started_at)
      .map(({ call, kind, conversation, media, started_at: startedAt, started_by: by, topology, relay }) => ({
        ...{ call, kind, conversation, media, startedAt: new Date(startedAt) },
        isDirect: topology !== "sfu" && !relay,
        ...{ by: this.around.names.of(by), isMine: by === account, ...this.whereIn(call) },
      }))
  }
}

function lacking(): Calls["lacks"] {
  if (typeof RTCPeerConnection !== "function") return "webrtc"
  return typeof RTCRtpScriptTransform === "function" ? undefined : "transform"
}
