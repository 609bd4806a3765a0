/** What is on the screens of somebody who is signed in on this device. */

import { computed, type ReadonlySignal, signal } from "@preact/signals"
import { Chat } from "../chat/chat"
import { Conversation as Talking } from "../chat/conversation"
import { isNews, type Message as Stored } from "../chat/messages"
import type { Update } from "../chat/updates"
import { alarmId } from "../log/alarms"
import type { ConnectionState } from "../protocol/connection"
import type { Role } from "../protocol/events"
import { Blocks, isShown } from "./blocks"
import type { LiveDesk } from "./desk"
import { callsOf } from "./calls-door"
import type { LiveCalls } from "./calls"
import { deskOf } from "./desk-door"
import { marksOf, wordsOf } from "./fold"
import { isInCrisis } from "./in-crisis"
import { keepFromTheFirstOn } from "./lasting"
import { MemberCrisis } from "./member-crisis"
import { standingOf } from "./members"
import { shown } from "./message-view"
import type {
  Alarm,
  Connection,
  ConversationRow,
  Devices,
  Found,
  Outcome,
  OwnData,
  Passkeys,
  Person,
  Session,
  Settings,
} from "./models"
import { Names } from "./names"
import { NotesOf } from "./notes"
import { outcome, outcomeWith } from "./outcome"
import { OwnPlan } from "./own-plan"
import type { PlanBook } from "./plan-models"
import { Reminders } from "./reminders"
import { LiveRooms } from "./rooms"
import { Scope, settling } from "./scope"
import { Search } from "./search"
import { upcomingOf } from "./session-page"
import { Talk } from "./talk"

/** Messages looked at to count what is unread; beyond them it is "many". */
const COUNTED = 100
/** Messages among which the newest that is shown is looked for. */
const LOOKED_AT = 20

/** What changes no row of the list. */
const OTHERS: ReadonlySet<Update["kind"]> = new Set(["transfer", "sign", "desk", "call", "told"])

const CONNECTION: Record<ConnectionState, Connection> = {
  offline: "offline",
  connecting: "connecting",
  online: "online",
  signed_out: "signed_out",
}

/** What of a session is made elsewhere. */
export interface Parts {
  readonly settings: Settings
  readonly devices: Devices
  readonly passkeys: Passkeys
  readonly data: OwnData
  /** The address of the built `call/frame-worker.ts`. */
  readonly frameWorker: string
  readonly language: () => string
  /** The sign-in of this device was ended. */
  readonly signedOut: () => void
}

/** A row of the list, without what is noted on this device. */
type Read = Omit<ConversationRow, "draft" | "muted"> & { readonly at: number }

export class LiveSession implements Session {
  readonly me: Person
  readonly conversations: ReadonlySignal<readonly ConversationRow[]>
  readonly alarms: ReadonlySignal<readonly Alarm[]>
  readonly reminder: Session["reminder"]
  readonly connection: ReadonlySignal<Connection>
  readonly settings: Settings
  readonly devices: Devices
  readonly passkeys: Passkeys
  readonly data: OwnData
  readonly ownPlan: PlanBook
  readonly desk = signal<LiveDesk | undefined>(undefined)
  readonly calls = signal<LiveCalls | undefined>(undefined)
  readonly roles = signal<readonly Role[]>([])
  readonly rooms: LiveRooms
  readonly crisis: MemberCrisis
  /** Conversations that should wake nobody: muted, or with somebody who is blocked. */
  readonly silent: ReadonlySignal<readonly string[]>
  private readonly rows = signal<ReadonlyMap<string, Read>>(new Map())
  /** Conversations whose rows have to be read again. */
  private readonly stale = new Set<string>()
  private readonly told = signal<readonly Alarm[]>([])
  private readonly state = signal<Connection>("offline")
  private readonly signedOut: () => void
  private readonly parts: Pick<Parts, "frameWorker" | "language">
  private readonly names: Names
  private readonly blocks: Blocks
  private readonly notes: NotesOf
  private readonly texts: Search
  private readonly reminders: Reminders
  private readonly talks = new Set<Talk>()
  private readonly scope = new Scope()
  private isDeskSought = false
  private areCallsSought = false
  private readonly refresh: () => void

  private constructor(
    private readonly chat: Chat,
    parts: Parts,
    noted: { readonly notes: NotesOf; readonly blocks: Blocks; readonly crisis: MemberCrisis },
    private readonly failed: (error: unknown) => void,
  ) {
    const { account, handle } = chat.device.identity
    this.me = { account, handle }
    this.settings = parts.settings
    this.devices = parts.devices
    this.passkeys = parts.passkeys
    this.data = parts.data
    this.ownPlan = OwnPlan.of(chat.device.vault, () => chat.device.now())
    this.signedOut = parts.signedOut
    this.parts = parts
    this.names = new Names(chat)
    const inCrisis = computed(() => isInCrisis(this.crisis.stage.value, this.desk.value?.view.value?.cases))
    this.rooms = new LiveRooms(chat, failed, this.scope.signal, inCrisis)
    this.notes = noted.notes
    this.blocks = noted.blocks
    this.crisis = noted.crisis
    this.texts = new Search(chat)
    this.conversations = computed(() => this.list(this.rows.value))
    this.silent = computed(() =>
      [...this.notes.current.value].flatMap(([id, { muted, hidden }]) => (muted || hidden !== null ? [id] : [])),
    )
    this.reminders = new Reminders(this.conversations, this.notes, () => chat.device.now(), failed)
    this.reminder = this.reminders.current
    this.alarms = this.told
    this.connection = this.state
    this.refresh = settling(() => this.load(), failed)
  }

  /** Lets the client of a device go to work. `failed` hears of defects, which end it. */
  static async open(chat: Chat, parts: Parts, failed: (error: unknown) => void): Promise<LiveSession> {
    const notes = await NotesOf.open(chat.device.vault, failed)
    const crisis = await MemberCrisis.open(chat, failed)
    const session = new LiveSession(chat, parts, { notes, blocks: await Blocks.open(chat, notes), crisis }, failed)
    await session.load()
    chat.updates.listen((update) => session.heard(update), session.scope.signal)
    session.reminders.start()
    if (!parts.settings.leaveNothing.peek()) keepFromTheFirstOn(session.rows, session.scope.signal)
    chat.run()
    crisis.start()
    return session
  }

  /** Ends everything; resolves when nothing is under way any more. */
  async close(): Promise<void> {
    this.scope.end()
    this.reminders.end()
    this.desk.peek()?.close()
    this.calls.peek()?.close()
    for (const talk of this.talks) talk.close()
    await this.keep()
    await this.chat.close()
  }

  keep(): Promise<void> {
    return this.notes.flush()
  }

  async open(conversation: string): Promise<Talk | undefined> {
    if (!this.chat.rooms.has(conversation)) return undefined
    const { chat, names, notes, blocks, settings, failed } = this
    const talk = await Talk.open({ chat, names, notes, blocks, settings, failed }, conversation)
    this.talks.add(talk)
    talk.ended.addEventListener("abort", () => this.talks.delete(talk))
    return talk
  }

  async search(words: string): Promise<readonly Found[]> {
    const all = await this.texts.find(words)
    const found = all.filter((message) => isShown(message, this.notes.of(message.conversation).hidden))
    await this.names.load(found.map(({ account }) => account))
    return found.map((stored) => ({
      conversation: stored.conversation,
      message: shown(stored, this.nameOf),
      marks: marksOf(stored.text, wordsOf(words)),
    }))
  }

  direct(handle: string): Promise<Outcome & { readonly conversation?: string }> {
    return outcomeWith("conversation", async () => {
      const account = await this.chat.people.find(handle)
      return this.directWith(account) ?? (await this.create("direct", [account]))
    })
  }

  circle(handles: readonly string[]): Promise<Outcome & { readonly conversation?: string }> {
    return outcomeWith("conversation", async () => {
      const accounts: string[] = []
      for (const handle of handles) accounts.push(await this.chat.people.find(handle))
      return this.create("circle", accounts)
    })
  }

  /** Ends the sign-in of this device, or of every device of the account. */
  signOut(everywhere: boolean): Promise<Outcome> {
    return outcome(async () => {
      if (everywhere) await this.chat.call("sign_in.revoke_all", { keep_this: true })
      await this.chat.source.end()
      this.signedOut()
    })
  }

  // --- within ---

  /** The conversation with one other person that is there, or planned; the same one every time. */
  private directWith(account: string): string | undefined {
    const { account: own } = this.chat.device.identity
    const found = [...this.chat.rooms.values()].filter((room) => {
      const planned = room.waiting.flatMap(({ entry }) => entry.add)
      const there = new Set([...room.accounts, ...planned])
      return (
        room.record.kind === "direct" && room.isFollowed && there.size === 2 && there.has(account) && there.has(own)
      )
    })
    return found.map(({ id }) => id).sort()[0]
  }

  private async create(kind: "direct" | "circle", accounts: readonly string[]): Promise<string> {
    const id = await this.chat.create(kind, accounts)
    this.refresh()
    return id
  }

  private heard(update: Update): void {
    this.texts.heard(update)
    if (OTHERS.has(update.kind)) return
    if (update.kind === "ended") return this.failed(this.chat.failure)
    if (update.kind === "connection") this.connected()
    if ("conversation" in update) this.stale.add(update.conversation)
    this.refresh()
  }

  private connected(): void {
    this.state.value = this.connectionNow()
    if (this.chat.isCaughtUp) void outcome(() => this.blocks.follow()).catch(this.failed)
    if (this.chat.state === "online") void this.openDesk().catch(this.failed)
    if (this.chat.isCaughtUp) void this.openCalls().catch(this.failed)
  }

  /** Once: roles are given with the account and last as long as this session. */
  private async openDesk(): Promise<void> {
    if (this.isDeskSought) return
    this.isDeskSought = true
    const desk = await deskOf(this.chat, this.roles, this.failed)
    if (desk === undefined) this.isDeskSought = false
    else if (this.scope.signal.aborted) desk?.close()
    else this.desk.value = desk ?? undefined
  }

  /** Once, as the desk. */
  private async openCalls(): Promise<void> {
    if (this.areCallsSought) return
    this.areCallsSought = true
    const { frameWorker, language } = this.parts
    const calls = await callsOf(this.chat, {
      ...{ frameWorker, language, names: this.names, failed: this.failed },
      askForHelp: (spoken, from) => this.crisis.ask(spoken, "", from),
    })
    if (calls === undefined) this.areCallsSought = false
    else if (this.scope.signal.aborted) calls?.close()
    else this.calls.value = calls ?? undefined
  }

  private connectionNow(): Connection {
    const state = CONNECTION[this.chat.state]
    // Connected, and still reading what others did: not the moment to say that all is well.
    return state === "online" && !this.chat.isCaughtUp ? "connecting" : state
  }

  /** Reads what has changed. */
  private async load(): Promise<void> {
    const rows = new Map(this.rows.peek())
    for (const [id, room] of this.chat.rooms) {
      if (rows.has(id) && !this.stale.delete(id)) continue
      await this.names.load(room.accounts)
      rows.set(id, await this.row(new Talking(this.chat, room)))
    }
    this.rows.value = rows
    await this.loadAlarms()
    this.state.value = this.connectionNow()
  }

  private list(rows: ReadonlyMap<string, Read>): readonly ConversationRow[] {
    // The group of a call is there for its keys: nobody writes there.
    return [...rows.values()]
      .filter(({ kind }) => kind !== "call")
      .sort((a, b) => b.at - a.at || a.id.localeCompare(b.id))
      .map((row) => {
        const { draft, muted } = this.notes.of(row.id)
        return { ...row, draft, muted }
      })
  }

  private async row(talking: Talking): Promise<Read> {
    const { record, accounts } = talking.room
    // Both from one look at the store: a message may come between two.
    const { hidden } = this.notes.of(record.id)
    const isSeen = (message: Stored) => isShown(message, hidden)
    const found = await talking.later(record.read, COUNTED)
    const after = found.filter(isSeen)
    const last = found.length < COUNTED ? after.at(-1) : undefined
    const newest = talking.waiting().at(-1) ?? last ?? (await talking.history(LOOKED_AT)).findLast(isSeen)
    if (newest !== undefined) await this.names.load([newest.account])
    return {
      id: record.id,
      kind: record.kind,
      people: [...accounts].filter((account) => account !== this.me.account).map(this.nameOf),
      unread: after.filter(isNews).length,
      last: newest && shown(newest, this.nameOf),
      standing: standingOf(talking),
      meetings: upcomingOf(await talking.sessionPage(), hidden),
      at: newest?.at ?? record.keysAtMs,
    }
  }

  private readonly nameOf = (account: string): string => this.names.of(account)

  private async loadAlarms(): Promise<void> {
    const { alarms } = this.chat.transparency
    const current = alarms.current()
    await this.names.load(current.map(({ subject }) => subject))
    this.told.value = current.map((alarm) => ({
      id: alarmId(alarm),
      code: alarm.kind,
      at: new Date(alarm.atMs),
      account: alarm.subject === "" ? undefined : alarm.subject,
      handle: alarm.subject === "" ? undefined : this.names.of(alarm.subject),
      acknowledge: () => alarms.acknowledge(alarmId(alarm)),
    }))
  }
}
