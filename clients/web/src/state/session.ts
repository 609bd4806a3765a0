/** What is on the screens of somebody who is signed in on this device. */

import { type ReadonlySignal, signal } from "@preact/signals"
import { Chat } from "../chat/chat"
import { Conversation as Talking } from "../chat/conversation"
import { isSpoken, type Message as Stored } from "../chat/messages"
import type { Update } from "../chat/updates"
import { alarmId } from "../log/alarms"
import type { ConnectionState } from "../protocol/connection"
import type { Alarm, Connection, ConversationRow, Outcome, Person } from "./models"
import { shown } from "./message-view"
import { Names } from "./names"
import { outcome, outcomeWith } from "./outcome"
import { Scope, settling } from "./scope"
import { standingOf, Talk } from "./talk"

/** Messages looked at to count what is unread; beyond them it is "many". */
const COUNTED = 100

const CONNECTION: Record<ConnectionState, Connection> = {
  offline: "offline",
  connecting: "connecting",
  online: "online",
  signed_out: "signed_out",
}

export class LiveSession {
  readonly me: Person
  readonly conversations: ReadonlySignal<readonly ConversationRow[]>
  readonly alarms: ReadonlySignal<readonly Alarm[]>
  readonly connection: ReadonlySignal<Connection>
  private readonly rows = signal<readonly ConversationRow[]>([])
  private readonly told = signal<readonly Alarm[]>([])
  private readonly state = signal<Connection>("offline")
  private readonly names: Names
  private readonly talks = new Map<string, Promise<Talk>>()
  private readonly scope = new Scope()
  private readonly refresh: () => void

  private constructor(
    private readonly chat: Chat,
    private readonly failed: (error: unknown) => void,
  ) {
    const { account, handle } = chat.device.identity
    this.me = { account, handle }
    this.names = new Names(chat)
    this.conversations = this.rows
    this.alarms = this.told
    this.connection = this.state
    this.refresh = settling(() => this.load(), failed)
  }

  /** Lets the client of a device go to work. `failed` hears of defects, which end it. */
  static async start(chat: Chat, failed: (error: unknown) => void): Promise<LiveSession> {
    const session = new LiveSession(chat, failed)
    await session.load()
    chat.updates.listen((update) => session.heard(update), session.scope.signal)
    chat.run()
    return session
  }

  /** Ends everything; resolves when nothing is under way any more. */
  async close(): Promise<void> {
    this.scope.end()
    for (const talk of this.talks.values()) (await talk).close()
    await this.chat.close()
  }

  /** The conversation, opened once for as long as the page lives. */
  open(conversation: string): Promise<Talk> {
    const known = this.talks.get(conversation)
    if (known !== undefined) return known
    const opened = Talk.open(this.chat, this.names, conversation, this.failed)
    this.talks.set(conversation, opened)
    return opened
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
      if (everywhere) {
        const { sign_ins } = await this.chat.call("sign_in.list", {})
        for (const { sign_in, current } of sign_ins) {
          if (!current) await this.chat.call("sign_in.revoke", { sign_in })
        }
      }
      await this.chat.source.end()
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
    if (update.kind === "connection") this.state.value = this.connectionNow()
    else if (update.kind === "ended") this.failed(this.chat.failure)
    else this.refresh()
  }

  private connectionNow(): Connection {
    const state = CONNECTION[this.chat.state]
    // Connected, and still reading what others did: not the moment to say that all is well.
    return state === "online" && !this.chat.isCaughtUp ? "connecting" : state
  }

  private async load(): Promise<void> {
    const rows: (ConversationRow & { readonly at: number })[] = []
    for (const room of this.chat.rooms.values()) {
      await this.names.load(room.accounts)
      rows.push(await this.row(new Talking(this.chat, room)))
    }
    rows.sort((a, b) => b.at - a.at || a.id.localeCompare(b.id))
    this.rows.value = rows
    await this.loadAlarms()
    this.state.value = this.connectionNow()
  }

  private async row(talking: Talking): Promise<ConversationRow & { readonly at: number }> {
    const { record, accounts } = talking.room
    // Both from one look at the store: a message may come between two.
    const after = await talking.later(record.read, COUNTED)
    const last = after.length < COUNTED ? after.at(-1) : undefined
    const newest = talking.waiting().at(-1) ?? last ?? (await talking.history(1)).at(-1)
    if (newest !== undefined) await this.names.load([newest.account])
    return {
      id: record.id,
      kind: record.kind,
      people: [...accounts].filter((account) => account !== this.me.account).map((account) => this.names.of(account)),
      unread: after.filter(isUnread).length,
      last: newest && shown(newest, (account) => this.names.of(account)),
      draft: false,
      muted: false,
      standing: standingOf(talking),
      at: newest?.at ?? record.keysAtMs,
    }
  }

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

function isUnread(message: Stored): boolean {
  return isSpoken(message) && !message.mine && !message.deleted
}
