/**
 * What is written on this device, to be searched: in memory only, read from the store when
 * somebody searches for the first time, a part at a time, and kept up to date from then on.
 *
 * A list of folded texts is enough: a scan of ten thousand takes some milliseconds, finds
 * within words and in scripts without spaces, and needs no index that could be left behind.
 */

import type { Chat } from "../chat/chat"
import { Conversation as Talking } from "../chat/conversation"
import { isSpoken, type Message as Stored } from "../chat/messages"
import type { Update } from "../chat/updates"
import { folded, wordsOf } from "./fold"

/** Messages that are read and folded at a time. */
const PART = 200
/** Found at most: who sees more narrows the words. */
const MOST = 100

interface Entry {
  readonly conversation: string
  readonly id: string
  readonly seq: number
  readonly at: number
  readonly text: string
}

export class Search {
  private readonly entries = new Map<string, Entry>()
  private readonly changed = new Map<string, { readonly conversation: string; readonly message: string }>()
  private read: Promise<void> | undefined
  /** Entries, the newest first; made when somebody asks. */
  private sorted: readonly Entry[] | undefined

  constructor(private readonly chat: Chat) {}

  /** The newest messages that hold all these words. */
  async find(query: string): Promise<readonly Stored[]> {
    const words = wordsOf(query)
    if (words.length === 0) return []
    await (this.read ??= this.readAll())
    await this.readChanged()
    this.sorted ??= [...this.entries.values()].sort((one, other) => other.at - one.at || other.seq - one.seq)
    const found = this.sorted.filter(({ text }) => words.every((word) => text.includes(word))).slice(0, MOST)
    return Promise.all(found.map(({ conversation, id }) => this.talking(conversation).message(id)))
  }

  /** What was indexed and is another now is read again with the next search. */
  heard(update: Update): void {
    if (this.read === undefined) return
    if (update.kind === "message" || update.kind === "changed") {
      this.changed.set(`${update.conversation}/${update.message}`, update)
    } else if (update.kind === "rewound") this.forget()
  }

  /** Keeps nothing in memory. */
  forget(): void {
    this.read = undefined
    this.sorted = undefined
    this.entries.clear()
    this.changed.clear()
  }

  private async readAll(): Promise<void> {
    for (const room of this.chat.rooms.values()) {
      const talking = new Talking(this.chat, room)
      for (let after = 0; ; ) {
        const part = await talking.later(after, PART)
        for (const message of part) this.take(message)
        after = part.at(-1)?.seq ?? after
        if (part.length < PART) break
        // The page answers in between.
        await new Promise((resolve) => setTimeout(resolve))
      }
    }
  }

  private async readChanged(): Promise<void> {
    const all = [...this.changed.values()]
    this.changed.clear()
    for (const { conversation, message } of all) this.take(await this.talking(conversation).message(message))
  }

  private take(message: Stored): void {
    const { conversation, id, seq, at, text } = message
    const key = `${conversation}/${id}`
    this.sorted = undefined
    if (!isSpoken(message) || message.deleted) this.entries.delete(key)
    else this.entries.set(key, { conversation, id, seq, at, text: folded(text) })
  }

  private talking(conversation: string): Talking {
    return new Talking(this.chat, this.chat.room(conversation))
  }
}
