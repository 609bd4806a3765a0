/** One open conversation as a screen shows it: a window of its history, and who is in it. */

import { computed, effect, type ReadonlySignal, signal } from "@preact/signals"
import type { Chat } from "../chat/chat"
import { Conversation as Talking } from "../chat/conversation"
import { isNews, type Message as Stored } from "../chat/messages"
import type { Update } from "../chat/updates"
import type { ConversationKind } from "../protocol/events"
import { type Blocks, isShown } from "./blocks"
import { Fetched } from "./fetched"
import { encryptionOf, membersOf, UNKNOWN } from "./members"
import { accountsIn, shown } from "./message-view"
import type { Conversation, Encryption, Member, Message, Outcome, Revealed, SafetyNumber, Settings } from "./models"
import type { Names } from "./names"
import type { NotesOf } from "./notes"
import { OfTwo } from "./of-two"
import { outcome, outcomeWith } from "./outcome"
import { OwnPlan } from "./own-plan"
import type { PlanBook, Screening } from "./plan-models"
import { readersOf } from "./readers"
import { Receipts } from "./receipts"
import { Scope, settling } from "./scope"
import { Planning } from "./session-page"
import { TypingSigns } from "./typing"
import { HistoryWindow } from "./window"

/** Messages among which the first unread one is looked for. */
const LOOKED_AT = 100

/** What a conversation needs of the session around it. */
export interface Around {
  readonly chat: Chat
  readonly names: Names
  readonly notes: NotesOf
  readonly blocks: Blocks
  readonly settings: Pick<Settings, "sendReceipts" | "sendTyping" | "lowData">
  /** Hears of defects. */
  readonly failed: (error: unknown) => void
}

export class Talk implements Conversation {
  readonly id: string
  readonly kind: ConversationKind
  readonly messages: ReadonlySignal<readonly Message[]>
  readonly hasEarlier: ReadonlySignal<boolean>
  readonly hasLater: ReadonlySignal<boolean>
  readonly firstUnread = signal<string | undefined>(undefined)
  readonly members = signal<readonly Member[]>([])
  readonly encryption = signal<Encryption>(UNKNOWN)
  readonly askedAndShown: Conversation["askedAndShown"]
  readonly typing: ReadonlySignal<readonly string[]>
  readonly readBy: ReadonlySignal<ReadonlyMap<string, readonly string[]>>
  readonly showsPictures: ReadonlySignal<boolean>
  readonly progress = signal<ReadonlyMap<string, number>>(new Map())
  readonly draft = signal("")
  readonly sessionPage: Conversation["sessionPage"]
  readonly safetyPlan: PlanBook
  readonly ownPlan: PlanBook
  readonly screenings: Conversation["screenings"]
  private readonly window: HistoryWindow
  private readonly signs = new TypingSigns()
  private readonly files = new Fetched()
  private readonly readUpTo = signal<ReadonlyMap<string, number>>(new Map())
  private readonly scope = new Scope()
  private readonly talking: Talking
  private readonly planning: Planning
  private readonly two: OfTwo
  private readonly chat: Chat
  private readonly names: Names
  private readonly reload: () => void
  private readonly receipts: Receipts

  private constructor(
    private readonly around: Around,
    conversation: string,
    readUpTo: ReadonlyMap<string, number>,
  ) {
    const { chat, names, notes } = around
    this.chat = chat
    this.names = names
    this.talking = new Talking(chat, chat.room(conversation))
    this.two = new OfTwo(chat, this.talking.room, this.nameOf)
    this.askedAndShown = this.two.askedAndShown
    const now = () => chat.device.now()
    this.planning = new Planning(this.talking, names, () => notes.of(conversation).hidden, now)
    this.sessionPage = this.planning.page
    this.safetyPlan = this.planning.safety
    this.screenings = this.planning.safety.screenings
    this.ownPlan = OwnPlan.of(chat.device.vault, now)
    this.id = conversation
    this.kind = this.talking.room.record.kind
    this.readUpTo.value = readUpTo
    this.receipts = new Receipts(readUpTo.get(this.own) ?? 0, (upTo) =>
      this.tell({ type: "receipt", upTo, kind: "read" }),
    )
    this.window = new HistoryWindow(this.rows(), (messages) => this.prepare(messages))
    const { view } = this.window
    const hidden = computed(() => notes.of(conversation).hidden)
    const stored = computed(() => view.value.messages.filter((message) => isShown(message, hidden.value)))
    this.messages = computed(() => stored.value.map((message) => shown(message, this.nameOf)))
    this.hasEarlier = computed(() => view.value.hasEarlier)
    this.hasLater = computed(() => view.value.hasLater)
    this.typing = computed(() => this.signs.accounts.value.map(this.nameOf))
    this.showsPictures = computed(() => !around.settings.lowData.value && hidden.value === null)
    this.readBy = computed(() => readersOf(stored.value, this.readUpTo.value, this.own, this.nameOf))
    this.reload = settling(() => this.load(), around.failed)
    this.draft.value = notes.draftOf(conversation)
    this.scope.owns(effect(() => notes.keepDraft(conversation, this.draft.value)))
  }

  /** The conversation at its first unread message, or at its newest. */
  static async open(around: Around, conversation: string): Promise<Talk> {
    const talking = new Talking(around.chat, around.chat.room(conversation))
    const talk = new Talk(around, conversation, await talking.readBy())
    // Before anything is read: what comes meanwhile is read once more.
    around.chat.updates.listen((update) => talk.heard(update), talk.scope.signal)
    const after = await talking.later(talking.room.record.read, LOOKED_AT)
    const { hidden } = around.notes.of(conversation)
    const first = after.find((message) => isNews(message) && isShown(message, hidden))?.id
    talk.firstUnread.value = first
    await (first === undefined ? talk.window.newest() : talk.window.show(first))
    await talk.loadMembers()
    return talk
  }

  /** Aborted when it is closed. */
  get ended(): AbortSignal {
    return this.scope.signal
  }

  close(): void {
    this.scope.end()
    this.signs.close()
    this.receipts.end()
    void this.around.notes.flush().catch(this.around.failed)
  }

  // --- looking ---

  earlier(): Promise<void> {
    return this.window.earlier()
  }

  later(): Promise<void> {
    return this.window.later()
  }

  async show(message?: string): Promise<boolean> {
    if (message !== undefined) return this.window.show(message)
    await this.window.newest()
    return true
  }

  read(): void {
    const sent = this.window.view.peek().messages.filter(({ seq }) => seq > 0)
    const last = sent.at(-1)
    if (last === undefined) return
    this.talking.markRead(last.seq).catch(this.around.failed)
    const theirs = sent.findLast(({ mine }) => !mine)
    const isWanted = this.around.settings.sendReceipts.peek() && !this.isHidden
    if (theirs !== undefined && isWanted) this.receipts.read(theirs.seq)
  }

  safetyNumber(): Promise<SafetyNumber> {
    return this.talking
      .safetyNumber()
      .then(({ digits, payload }) => ({ digits, payload, lasts: payload !== undefined }))
  }

  fetchFile(message: string): Promise<Outcome & { readonly file?: Blob }> {
    const fetch = () => this.talking.fetchFile(message).finally(() => this.moved(message, 1))
    return outcomeWith("file", () => this.files.get(message, fetch))
  }

  // --- writing ---

  send(text: string, replyTo?: string): Promise<Outcome> {
    return this.write(() => (replyTo === undefined ? this.talking.send(text) : this.talking.reply(replyTo, text)))
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

  sendFile(file: File): Promise<Outcome> {
    return this.write(() => this.talking.sendFile(file, file.name))
  }

  sendVoice(recording: Blob, milliseconds: number, waveform: readonly number[]): Promise<Outcome> {
    const type = recording.type.split(";")[0] ?? ""
    const name = `voice.${type.split("/")[1] ?? "audio"}`
    const file = new Blob([recording], { type })
    return this.write(() => this.talking.sendFile(file, name, { ms: milliseconds, waveform }))
  }

  plan(...change: Parameters<Conversation["plan"]>): Promise<Outcome> {
    return outcome(() => this.planning.write(...change))
  }

  goalSigning(): ReturnType<Conversation["goalSigning"]> {
    return this.two.goalSigning()
  }

  proofs(): ReturnType<Conversation["proofs"]> {
    return this.two.proofs()
  }

  sendScreening(answers: Screening, said: string): Promise<Outcome> {
    return outcome(() => this.talking.plan(answers, said))
  }

  retry(message: string): Promise<Outcome> {
    return outcome(() => this.talking.retry(message))
  }

  discard(message: string): Promise<Outcome> {
    return outcome(() => this.talking.discard(message))
  }

  typed(): void {
    const { settings } = this.around
    const isHeard = this.members.peek().length > 1 && !this.isHidden
    const isOpen = this.chat.isCaughtUp && this.encryption.peek().standing === "active" && isHeard
    if (!isOpen || !settings.sendTyping.peek() || !this.signs.isDue(this.chat.device.now())) return
    this.tell({ type: "typing", on: true })
  }

  // --- members ---

  mute(on: boolean): Promise<Outcome> {
    return outcome(() => this.around.notes.set(this.id, { muted: on }))
  }

  block(account: string, on: boolean): Promise<Outcome> {
    return outcome(() => this.around.blocks.set(account, on))
  }

  reportPreview(messages: readonly string[]): Promise<Outcome & { readonly shown?: readonly Revealed[] }> {
    return outcomeWith("shown", async () => {
      const { reveal } = await import("../chat/reporting")
      const all = await reveal(this.chat.device, await this.storedOf(messages))
      return all.map((each) => ({ ...each, message: shown(each.message, this.nameOf) }))
    })
  }

  report(messages: readonly string[], reason: string, keepFiles: boolean): Promise<Outcome> {
    return outcome(async () => {
      const { send } = await import("../chat/reporting")
      const { device, source, transparency } = this.chat
      const safety = { source, reportKey: () => transparency.reportKey() }
      await send(device, safety, this.id, await this.storedOf(messages), reason, keepFiles)
    })
  }

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

  private get own(): string {
    return this.around.chat.device.identity.account
  }

  /** Whether the other person is blocked: they are told nothing. */
  private get isHidden(): boolean {
    return this.around.notes.of(this.id).hidden !== null
  }

  private readonly nameOf = (account: string): string => this.names.of(account)

  private rows() {
    const { talking } = this
    return {
      before: async (limit: number, row?: number) => (await talking.history(limit, row)).filter(({ seq }) => seq > 0),
      after: (row: number, limit: number) => talking.later(row, limit),
      rowOf: (message: string) => talking.rowOf(message),
      waiting: () => talking.waiting(),
    }
  }

  private storedOf(messages: readonly string[]): Promise<Stored[]> {
    return Promise.all(messages.map((message) => this.talking.message(message)))
  }

  /** What was written is seen, also by somebody who had scrolled away. */
  private write(writing: () => Promise<string>): Promise<Outcome> {
    return outcome(async () => {
      await writing()
      if (this.hasLater.peek()) await this.window.newest()
    })
  }

  /** A sign, if it can go: one that cannot is not missed. */
  private tell(sign: Parameters<Talking["sign"]>[0]): void {
    void outcome(() => this.talking.sign(sign)).catch(this.around.failed)
  }

  private heard(update: Update): void {
    if (!("conversation" in update) || update.conversation !== this.id) return
    if (update.kind === "transfer") this.moved(update.message, update.done)
    else if (update.kind === "sign") this.signed(update.sign)
    else this.reload()
  }

  private moved(message: string, done: number): void {
    const all = new Map(this.progress.peek())
    if (done < 1) all.set(message, done)
    else all.delete(message)
    this.progress.value = all
  }

  private signed({ account, at, body }: Extract<Update, { kind: "sign" }>["sign"]): void {
    if (this.isHidden) return
    const now = this.chat.device.now()
    this.signs.wasHere(account, at, false)
    if (body.type === "typing") this.signs.heard(account, body.on, at, now)
    else this.talking.readBy().then((all) => (this.readUpTo.value = all), this.around.failed)
  }

  private async load(): Promise<void> {
    await this.window.reload()
    await this.loadMembers()
  }

  private async loadMembers(): Promise<void> {
    await this.planning.load()
    await this.names.load(this.talking.room.accounts)
    const members = await membersOf(this.chat, this.talking, this.names, this.around.blocks.accounts.peek())
    this.members.value = members
    this.encryption.value = await encryptionOf(this.chat, this.talking, members, this.names)
    await this.two.load(this.isHidden)
  }

  /** What is there before messages are shown: names, and that who wrote them does not write any more. */
  private async prepare(messages: readonly Stored[]): Promise<void> {
    const newest = messages.findLast(({ seq, mine }) => seq > 0 && !mine)
    if (newest !== undefined) this.signs.wasHere(newest.account, newest.at, true)
    await this.names.load(accountsIn(messages))
  }
}
