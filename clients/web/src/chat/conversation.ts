/** A conversation as the person uses it: everything written is durable when its promise resolves. */

import { idBytes, idText } from "../account/ids"
import { accountKey } from "../account/identity"
import { contact } from "../account/trust"
import * as contents from "../e2ee/formats/content"
import { accountIdentity, circleCode, grouped, pairSafetyNumber, qrPayload } from "../e2ee/formats/identity"
import type { Chat } from "./chat"
import { Draft } from "./draft"
import { ChatError } from "./errors"
import type { Recording } from "./files"
import { changed, isSpoken, type Message, opened, quoted } from "./messages"
import { readBy } from "./read-by"
import { latestMessages, messageById, messagesAfter, type Outgoing, type Waiting } from "./records"
import type { Room } from "./room"
import type { Shared } from "./planned"
import { held, type Held, sharedOf } from "./session-page"

/** What people compare: for two it lasts, that of a circle changes with its members. */
export interface SafetyNumber {
  readonly digits: readonly string[]
  /** Of a QR code, between two people. */
  readonly payload: Uint8Array | undefined
}

export class Conversation {
  constructor(
    private readonly chat: Chat,
    readonly room: Room,
  ) {}

  get id(): string {
    return this.room.id
  }

  // --- looking ---

  /** The last messages, oldest first, and after them what waits to be sent. */
  async history(limit: number, before?: number): Promise<Message[]> {
    const stored = await latestMessages(this.vault, this.id, limit, before)
    return before === undefined ? [...stored, ...this.waiting()] : stored
  }

  /** Messages after a row, oldest first. */
  later(after: number, limit: number): Promise<Message[]> {
    return messagesAfter(this.vault, this.id, after, limit)
  }

  /** One message of the history. Throws `ChatError` unless it is there, and sent. */
  async message(id: string): Promise<Message> {
    const found = await messageById(new Draft(this.vault), this.id, id)
    if (found === undefined) throw new ChatError("client.unknown_message")
    return found
  }

  /** Where in the log a message stands; undefined if it is not here, or not sent. */
  async rowOf(id: string): Promise<number | undefined> {
    return (await messageById(new Draft(this.vault), this.id, id))?.seq
  }

  /** What people share with each other, as it is once everything is sent. */
  sessionPage(): Promise<Held[]> {
    const sent = this.room.outbox.filter(({ entry }) => entry.task === "message" && entry.failed === "")
    const waiting = sent.flatMap(({ entry }) => sharedOf(contents.decode(entry.content)) ?? [])
    return held(this.vault, this.id, this.chat.device.identity.account, waiting)
  }

  /** What waits to be sent, in the order in which it was written. */
  waiting(): Message[] {
    return this.room.outbox.flatMap(({ entry }) => this.asMessage(entry) ?? [])
  }

  async markRead(seq: number): Promise<void> {
    if (seq <= this.room.record.read) return
    await this.room.updateRecord({ read: seq })
    this.chat.changed(this.room)
  }

  /** How far everybody told that they have read: the last row, by account. */
  readBy(): Promise<ReadonlyMap<string, number>> {
    return readBy(this.vault, this.id)
  }

  /** Throws `ChatError` as long as the other person's key is not known. */
  async safetyNumber(): Promise<SafetyNumber> {
    const { identity } = this.chat.device
    const others = [...this.room.accounts].filter((account) => account !== identity.account)
    const [other] = others
    if (this.room.record.kind !== "direct" || other === undefined || others.length !== 1) {
      const authenticator = await this.chat.device.checked((engine) =>
        Promise.resolve(engine.epochAuthenticator(this.room.group)),
      )
      return { digits: grouped(circleCode(authenticator)).split(" "), payload: undefined }
    }
    const known = await contact(this.vault, other)
    if (known === undefined) throw new ChatError("client.unknown_conversation")
    const mine = accountIdentity(idBytes(identity.account), accountKey(identity).public)
    const theirs = accountIdentity(idBytes(other), known.accountPublic)
    return { digits: grouped(pairSafetyNumber(mine, theirs)).split(" "), payload: qrPayload(mine, theirs) }
  }

  // --- writing ---

  /** Sends a text; its message id. */
  send(text: string): Promise<string> {
    return this.write({ type: "text", text })
  }

  /** Answers a message; the answer's id. */
  async reply(message: string, text: string): Promise<string> {
    const to = quoted(await this.spoken(message), contents.MAX_QUOTE_CHARACTERS)
    return this.write({ type: "reply", text, to })
  }

  /** Puts an emoji on a message, or takes it off. */
  async react(message: string, emoji: string, on: boolean): Promise<void> {
    const { id: of } = await this.spoken(message)
    await this.write({ type: "reaction", of, emoji, on }, `reacted ${emoji}`)
  }

  /** Replaces the text of one's own message, within a day. */
  async edit(message: string, text: string): Promise<void> {
    await this.writeChange({ type: "edit", of: message, text })
  }

  /** Sends a file or a recording; its message id. It is encrypted here before this resolves. */
  sendFile(file: Blob, name: string, recording?: Recording): Promise<string> {
    return this.chat.files.send(this.room, file, name, recording)
  }

  /** The file of a message, decrypted. */
  async fetchFile(message: string): Promise<Blob> {
    return this.chat.files.fetch(await this.message(message))
  }

  /**
   * Takes back one's own message. Peers may have kept a copy. A file goes from the server
   * as well; one that still waits is not sent at all.
   */
  async remove(message: string): Promise<void> {
    const waiting = this.room.uploads.find(({ entry }) => this.asMessage(entry)?.id === message)
    if (waiting !== undefined) return this.chat.files.takeBack(this.room, waiting)
    const { file } = await this.spoken(message)
    await this.writeChange({ type: "delete", of: message })
    if (file !== null) await this.chat.files.forget(idText(file.reference.blob))
  }

  /** Tells the others what was read, or that somebody writes. */
  async sign(body: contents.Receipt | contents.Typing): Promise<void> {
    await this.write(body)
  }

  /** Changes what is shared; `said` is what a client shows that does not know it. */
  async plan(body: Shared, said: string): Promise<void> {
    await this.write(body, said)
  }

  /** Sends once more what was refused. */
  async retry(message: string): Promise<void> {
    await this.room.updateEntry(this.failedAt(message).position, { failed: "", attempts: 0 })
    this.chat.adopt(this.room)
    this.chat.files.wake()
  }

  /** Takes back what was refused, and never sent. */
  async discard(message: string): Promise<void> {
    const failed = this.failedAt(message)
    if (failed.entry.task === "file") return this.chat.files.takeBack(this.room, failed)
    await this.room.finish(failed.position)
    this.chat.changed(this.room)
  }

  // --- members ---

  /** Adds accounts; resolves when the group has accepted it. */
  async add(accounts: readonly string[], staff: readonly string[] = []): Promise<void> {
    await this.chat.whenChanged(this.room, await this.room.planChange({ add: [...accounts, ...staff], staff }))
  }

  /** Removes every device of an account; it cannot read what follows. */
  async removeMember(account: string): Promise<void> {
    await this.chat.whenChanged(this.room, await this.room.planChange({ remove: [account] }))
  }

  /** Asks to be let go; done once another member's device has committed it. */
  async leave(): Promise<void> {
    await this.chat.call("conversation.leave", { conversation: this.id })
  }

  // --- within ---

  private get vault() {
    return this.chat.device.vault
  }

  private async write(body: contents.Body, fallback?: string): Promise<string> {
    const id = await this.room.write(body, fallback)
    this.chat.adopt(this.room)
    this.chat.changed(this.room)
    return id
  }

  private async writeChange(body: contents.Edit | contents.Delete): Promise<void> {
    const { device } = this.chat
    const origin = { conversation: this.id, seq: 0, at: device.now(), account: device.identity.account, mine: true }
    if (changed(await this.spoken(body.of), body, origin) === undefined) throw new ChatError("client.not_allowed")
    await this.write(body)
  }

  private async spoken(id: string): Promise<Message> {
    const message = await this.message(id)
    if (!isSpoken(message) || message.deleted) throw new ChatError("client.unknown_message")
    return message
  }

  private failedAt(message: string): Waiting {
    const found = this.room.outbox.find(({ entry }) => entry.failed !== "" && this.asMessage(entry)?.id === message)
    if (found === undefined) throw new ChatError("client.unknown_message")
    return found
  }

  private asMessage(entry: Outgoing): Message | undefined {
    if (entry.task !== "message" && entry.task !== "file") return undefined
    const account = this.chat.device.identity.account
    const origin = { conversation: this.id, seq: 0, at: entry.writtenAtMs, account, mine: true }
    const message = opened(contents.decode(entry.content), origin)
    return message && { ...message, failed: entry.failed }
  }
}
