/**
 * Whom the person has blocked. The server keeps it for every device of the account, so that
 * nobody who is blocked can find them or begin a conversation; a copy stands in the store,
 * for a start without a connection.
 *
 * What a blocked person goes on writing in a conversation of both is not shown here: what
 * came after this device heard of the block. Undoing it shows everything.
 */

import { type ReadonlySignal, signal } from "@preact/signals"
import { getRecord, putRecord } from "../account/stored"
import type { Chat } from "../chat/chat"
import type { Message } from "../chat/messages"
import type { Room } from "../chat/room"
import type { Held } from "../chat/session-page"
import * as s from "../protocol/shape"
import type { Hidden, NotesOf } from "./notes"

const SPACE = "blocks"
const Stored = s.list(s.text)

export class Blocks {
  private readonly blocked = signal<ReadonlySet<string>>(new Set())

  private constructor(
    private readonly chat: Chat,
    private readonly notes: NotesOf,
  ) {}

  static async open(chat: Chat, notes: NotesOf): Promise<Blocks> {
    const blocks = new Blocks(chat, notes)
    blocks.blocked.value = new Set((await getRecord(chat.device.vault, Stored, SPACE)) ?? [])
    return blocks
  }

  get accounts(): ReadonlySignal<ReadonlySet<string>> {
    return this.blocked
  }

  /** Throws `Refused` (`forbidden`: staff stays reachable), `NotConnected`. */
  async set(account: string, on: boolean): Promise<void> {
    await this.chat.call("block.set", { account, on })
    const accounts = new Set(this.blocked.peek())
    if (on) accounts.add(account)
    else accounts.delete(account)
    await this.become(accounts)
  }

  /** Takes over what other devices did. Throws `Refused`, `NotConnected`. */
  async follow(): Promise<void> {
    const { accounts } = await this.chat.call("block.list", {})
    await this.become(new Set(accounts))
  }

  private async become(accounts: ReadonlySet<string>): Promise<void> {
    const before = this.blocked.peek()
    if (!isSame(accounts, before)) {
      await this.chat.device.vault.write([putRecord(SPACE, [...accounts].sort())])
      this.blocked.value = accounts
    }
    for (const room of this.chat.rooms.values()) {
      const wasHidden = await this.hide(room, accounts)
      const isOther = [...room.accounts].some((account) => accounts.has(account) !== before.has(account))
      if (wasHidden || isOther) this.chat.changed(room)
    }
  }

  /** Hides what comes, or shows it again; whether that is new. */
  private async hide(room: Room, accounts: ReadonlySet<string>): Promise<boolean> {
    const { hidden } = this.notes.of(room.id)
    if (hidden !== null && !accounts.has(hidden.account)) {
      await this.notes.set(room.id, { hidden: null })
      return true
    }
    const account = this.otherIn(room)
    if (hidden !== null || account === undefined || !accounts.has(account)) return false
    await this.notes.set(room.id, { hidden: { account, after: room.record.cursor } })
    return true
  }

  /** The other person of a conversation between two. */
  private otherIn({ record, accounts }: Room): string | undefined {
    if (record.kind !== "direct") return undefined
    return [...accounts].find((account) => account !== this.chat.device.identity.account)
  }
}

/** Whether a message is shown where somebody's are hidden. What happens to the group always is. */
export function isShown({ kind, account, seq }: Message, hidden: Hidden | null): boolean {
  return hidden === null || kind === "notice" || account !== hidden.account || seq <= hidden.after
}

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((each) => other.has(each))
}

/** Whether a shared thing is shown as it is: not what a hidden person has changed since. */
export function isSeen({ account, revision, pending }: Held, hidden: Hidden | null): boolean {
  return hidden === null || pending || account !== hidden.account || revision <= hidden.after
}
