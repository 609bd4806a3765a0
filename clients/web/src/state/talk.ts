/** One open conversation as a screen shows it: a window of its history, and who is in it. */

import { computed, type ReadonlySignal, signal } from "@preact/signals"
import { contacts } from "../account/trust"
import type { Chat } from "../chat/chat"
import { Conversation as Talking } from "../chat/conversation"
import type { Message as Stored } from "../chat/messages"
import type { Update } from "../chat/updates"
import { XWING_AES128GCM } from "../e2ee/suites"
import { shown } from "./message-view"
import type { Encryption, Member, Message, Outcome, SafetyNumber, Standing } from "./models"
import type { Names } from "./names"
import { outcome } from "./outcome"
import { Scope, settling } from "./scope"

/** Messages that are read from the store at a time. */
const PAGE = 50

export class Talk {
  readonly id: string
  readonly kind: "direct" | "circle"
  readonly messages: ReadonlySignal<readonly Message[]>
  readonly hasEarlier = signal(false)
  readonly firstUnread = signal<string | undefined>(undefined)
  readonly members = signal<readonly Member[]>([])
  readonly draft = signal("")
  readonly encryption = signal<Encryption>(UNKNOWN)
  private readonly stored = signal<readonly Stored[]>([])
  /** The first row of the window. */
  private from: number | undefined
  private readonly scope = new Scope()
  private readonly talking: Talking
  private readonly reload: () => void

  private constructor(
    private readonly chat: Chat,
    private readonly names: Names,
    conversation: string,
    failed: (error: unknown) => void,
  ) {
    this.talking = new Talking(chat, chat.room(conversation))
    this.id = conversation
    this.kind = this.talking.room.record.kind
    this.messages = computed(() => this.stored.value.map((message) => shown(message, (account) => names.of(account))))
    this.reload = settling(() => this.load(), failed)
  }

  /** The conversation with its last messages. `failed` hears of defects. */
  static async open(chat: Chat, names: Names, conversation: string, failed: (error: unknown) => void): Promise<Talk> {
    const talk = new Talk(chat, names, conversation, failed)
    const latest = await talk.talking.history(PAGE)
    const { read } = talk.talking.room.record
    talk.from = latest[0]?.seq
    talk.firstUnread.value = latest.find(({ seq, mine }) => seq > read && !mine)?.id
    await talk.load()
    chat.updates.listen((update) => talk.heard(update), talk.scope.signal)
    return talk
  }

  close(): void {
    this.scope.end()
  }

  // --- looking ---

  async earlier(): Promise<void> {
    const [page] = await Promise.all([this.talking.history(PAGE, this.from)])
    if (page[0] !== undefined) this.from = page[0].seq
    await this.load()
  }

  read(): void {
    const last = this.stored.peek().findLast(({ seq }) => seq > 0)
    if (last !== undefined) void this.talking.markRead(last.seq)
  }

  safetyNumber(): Promise<SafetyNumber> {
    return this.talking
      .safetyNumber()
      .then(({ digits, payload }) => ({ digits, payload, lasts: payload !== undefined }))
  }

  // --- writing ---

  send(text: string, replyTo?: string): Promise<Outcome> {
    return outcome(() => (replyTo === undefined ? this.talking.send(text) : this.talking.reply(replyTo, text)))
  }

  edit(message: string, text: string): Promise<Outcome> {
    return outcome(() => this.talking.edit(message, text))
  }

  remove(message: string): Promise<Outcome> {
    return outcome(() => this.talking.remove(message))
  }

  react(message: string, emoji: string, on: boolean): Promise<Outcome> {
    return outcome(() => this.talking.react(message, emoji, on))
  }

  retry(message: string): Promise<Outcome> {
    return outcome(() => this.talking.retry(message))
  }

  discard(message: string): Promise<Outcome> {
    return outcome(() => this.talking.discard(message))
  }

  // --- members ---

  add(handles: readonly string[]): Promise<Outcome> {
    return outcome(async () => {
      await this.talking.add(await Promise.all(handles.map((handle) => this.chat.people.find(handle))))
    })
  }

  removeMember(account: string): Promise<Outcome> {
    return outcome(() => this.talking.removeMember(account))
  }

  leave(): Promise<Outcome> {
    return outcome(() => this.talking.leave())
  }

  setVerified(account: string, verified: boolean): Promise<Outcome> {
    return outcome(async () => {
      await this.chat.people.setVerified(account, verified)
      this.reload()
    })
  }

  // --- within ---

  private heard(update: Update): void {
    if ("conversation" in update && update.conversation === this.id) this.reload()
  }

  private async load(): Promise<void> {
    const { room } = this.talking
    const kept = await this.talking.later((this.from ?? 1) - 1, Infinity)
    const all = [...kept, ...this.talking.waiting()]
    const reacting = all.flatMap(({ reactions }) => [...reactions.values()].flat())
    const named = all.flatMap(({ account, events }) => [account, ...events.flatMap((each) => each.accounts)])
    await this.names.load(new Set([...room.accounts, ...named, ...reacting]))
    this.members.value = await this.readMembers()
    this.encryption.value = this.readEncryption()
    this.hasEarlier.value = this.from !== undefined && (await this.talking.history(1, this.from)).length > 0
    this.stored.value = all
  }

  private async readMembers(): Promise<Member[]> {
    const { room } = this.talking
    const { account: own } = this.chat.device.identity
    const known = new Map((await contacts(this.chat.device.vault)).map((contact) => [contact.account, contact]))
    const devices = [...room.leaves].map(({ account }) => account)
    return [...room.accounts]
      .map((account) => ({
        account,
        handle: this.names.of(account),
        me: account === own,
        staff: room.record.seats.get(account) === "staff",
        devices: devices.filter((each) => each === account).length,
        verified: known.get(account)?.verified ?? false,
        blocked: false,
        leaving: room.record.leaving.includes(account),
      }))
      .sort((a, b) => a.handle.localeCompare(b.handle))
  }

  private readEncryption(): Encryption {
    const { room } = this.talking
    const others = this.members.peek().filter(({ me }) => !me)
    return {
      standing: standingOf(this.talking),
      strength: room.group.suite === XWING_AES128GCM ? "hybrid" : "classical",
      verified: others.length > 0 && others.every(({ verified }) => verified),
      newDevices: [],
      check: room.checkNeeded === "" ? [] : [this.names.of(room.checkNeeded)],
    }
  }
}

const UNKNOWN: Encryption = { standing: "opening", strength: "classical", verified: false, newDevices: [], check: [] }

/** How a conversation stands, in the words of the screens. */
export function standingOf({ room }: Talking): Standing {
  const { standing } = room.record
  if (room.isHeld) return "frozen"
  if (standing === "renewing" || (standing === "active" && room.checkNeeded !== "")) return "waiting"
  return standing
}
