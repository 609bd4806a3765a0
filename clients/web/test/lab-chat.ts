/** A person's running client in a real browser, without the pages around it. */

import { Device } from "../src/account/device"
import { renewIfDue } from "../src/account/renewal"
import { Chat } from "../src/chat/chat"
import { Conversation } from "../src/chat/conversation"
import type { Message } from "../src/chat/messages"
import { isEdited } from "../src/chat/messages"
import type { Update } from "../src/chat/updates"
import { acquire, type HeldLock } from "../src/store/device-lock"
import type { Vault } from "../src/store/vault"
import { Backup } from "../src/account/backup"
import type { Restoring } from "../src/chat/archived"
import { latestMessages } from "../src/chat/records"
import { ownVault, stretch } from "./lab-person"

/** As long as the tests on the other side wait. */
const WAIT_MS = 90_000

/** One line of a transcript, as tests compare it between languages. */
interface Line {
  readonly id: string
  readonly seq: number
  readonly kind: string
  readonly account: string
  readonly text: string
  readonly quote: string | null
  readonly replyTo: string | null
  readonly edited: boolean
  readonly deleted: boolean
  readonly reactions: Record<string, readonly string[]>
  readonly failed: string
}

export class LabChat {
  readonly seen: Update[] = []
  private readonly wakers = new Set<() => void>()

  constructor(
    readonly chat: Chat,
    private readonly lock: Pick<HeldLock, "release">,
  ) {
    chat.updates.listen((update) => {
      this.seen.push(update)
      for (const wake of this.wakers) wake()
    }, chat.signal)
  }

  /** The client of this browser's device, as soon as no other page has it. */
  static async open(prepare: (vault: Vault) => void = () => undefined): Promise<LabChat> {
    const lock = await acquire("lab")
    const vault = await ownVault()
    prepare(vault)
    const chat = await Chat.open(await Device.open(vault))
    const opened = new LabChat(chat, lock)
    void lock.wanted.then(() => opened.close())
    chat.run()
    return opened
  }

  async close(): Promise<void> {
    await this.chat.close()
    this.chat.device.vault.close()
    this.lock.release()
  }

  /**
   * Resolves once something holds; looked at whenever something has changed. Throws how
   * everything stands when it does not come.
   */
  async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    const isOver = AbortSignal.timeout(WAIT_MS)
    for (;;) {
      const woken = new Promise<void>((resolve) => {
        const wake = () => {
          this.wakers.delete(wake)
          isOver.removeEventListener("abort", wake)
          resolve()
        }
        this.wakers.add(wake)
        isOver.addEventListener("abort", wake)
      })
      if (this.chat.failure !== undefined) throw this.chat.failure as Error
      if (await holds()) return
      if (isOver.aborted) throw new Error(`it did not come: ${this.standing()}`)
      await woken
    }
  }

  private standing(): string {
    const rooms = [...this.chat.rooms.values()].map(({ record, outbox }) => ({
      ...{ standing: record.standing, cause: record.cause, cursor: record.cursor, frozen: record.frozen },
      waiting: outbox.map(({ entry: { task, accepted, row, failed } }) => ({ task, accepted, row, failed })),
    }))
    return JSON.stringify({ state: this.chat.state, isCaughtUp: this.chat.isCaughtUp, rooms })
  }

  caughtUp(): Promise<void> {
    return this.until(() => this.chat.isCaughtUp)
  }

  /** Makes a conversation with somebody; its id, once they are in it. */
  async direct(handle: string): Promise<string> {
    const account = await this.chat.people.find(handle)
    const id = await this.chat.create("direct", [account])
    await this.until(() => this.chat.room(id).accounts.has(account))
    return id
  }

  /** Makes a circle that this account leads; its id, once everybody is in it. */
  async circle(handles: readonly string[]): Promise<string> {
    const accounts = await Promise.all(handles.map((handle) => this.chat.people.find(handle)))
    const id = await this.chat.create("circle", accounts)
    await this.until(() => accounts.every((account) => this.chat.room(id).accounts.has(account)))
    return id
  }

  /** The one conversation there is, once there is one. */
  async only(): Promise<string> {
    await this.until(() => this.chat.rooms.size === 1)
    return [...this.chat.rooms.keys()][0] ?? ""
  }

  conversation(id: string): Conversation {
    return new Conversation(this.chat, this.chat.room(id))
  }

  async lines(id: string): Promise<Line[]> {
    return (await this.conversation(id).history(10_000)).map(lineOf)
  }

  /** Resolves once a text stands in the transcript, with its id. */
  async idOf(id: string, text: string): Promise<string> {
    let found: Line | undefined
    await this.until(async () => {
      found = (await this.lines(id)).find((line) => line.text === text)
      return found !== undefined
    })
    return found?.id ?? ""
  }

  /** Approves the device that shows an invitation, once the digits were typed. */
  approve(invitation: string) {
    let type: (code: string) => void = () => undefined
    const typed = new Promise<string>((resolve) => (type = resolve))
    const approved = this.chat.devices.approve(invitation, () => typed, this.chat.signal)
    return { done: approved.then(({ device }) => device), type }
  }

  backup(): Backup {
    return new Backup(this.chat.device, this.chat.source, stretch, this.chat.archives)
  }

  /** Resolves once the archives of other devices are read; how that went. */
  async readBack(): Promise<Restoring> {
    await this.until(async () => {
      const { conversations, read } = await this.chat.archives.progress()
      return read === conversations
    })
    return this.chat.archives.progress()
  }

  /** What is stored of a conversation, also of one that this device is not in. */
  async stored(id: string): Promise<Line[]> {
    return (await latestMessages(this.chat.device.vault, id, 10_000)).map(lineOf)
  }

  /** Renews the credential of this device as if it ended soon; whether there is a new one. */
  renew(): Promise<boolean> {
    return renewIfDue(this.chat.device, this.chat.source, 400 * 86_400)
  }

  /** Resolves once nothing waits. */
  flush(): Promise<void> {
    return this.until(() => this.chat.isCaughtUp && [...this.chat.rooms.values()].every((room) => isEmpty(room.outbox)))
  }
}

function isEmpty(outbox: readonly { readonly entry: { readonly failed: string } }[]): boolean {
  return outbox.every(({ entry }) => entry.failed !== "")
}

function lineOf(message: Message): Line {
  const { id, seq, account, text, quote, replyTo, deleted, failed, events } = message
  return {
    ...{ id, seq, account, quote, replyTo, deleted, failed, edited: isEdited(message), kind: message.kind },
    text: events.length > 0 ? events.map(({ code, accounts }) => [code, ...accounts].join(" ")).join("; ") : text,
    reactions: Object.fromEntries(message.reactions),
  }
}

export const openChat = (): Promise<LabChat> => LabChat.open()
