/** The account's backup and the words that open it. */

import { type ReadonlySignal, signal } from "@preact/signals"
import { Backup } from "../account/backup"
import type { Chat } from "../chat/chat"
import type { Stretch } from "../e2ee/formats/argon2"
import type { Outcome } from "./models"
import { outcomeWith } from "./outcome"

/** Notes of `Backup` after which words that were made here open nothing any more. */
const LOST: readonly string[] = ["client.backup_replaced", "client.backup_gone"]

export class LiveRecovery {
  readonly known: ReadonlySignal<{ readonly at: Date } | undefined>
  private readonly found = signal<{ readonly at: Date } | undefined>(undefined)
  private readonly backup: Backup

  private constructor(chat: Chat, stretch: Stretch) {
    this.known = this.found
    this.backup = new Backup(chat.device, chat.source, stretch, chat.archives)
    chat.keepUp(this.backup)
  }

  static async open(chat: Chat, stretch: Stretch): Promise<LiveRecovery> {
    const recovery = new LiveRecovery(chat, stretch)
    await recovery.look()
    return recovery
  }

  newWords(): Promise<Outcome & { readonly words?: readonly string[] }> {
    return outcomeWith("words", async () => {
      const words = await this.backup.newWords()
      await this.backup.create(words.join(" "))
      await this.look()
      return words
    })
  }

  private async look(): Promise<void> {
    const state = await this.backup.state()
    const opens = state !== undefined && !LOST.includes(state.trouble)
    this.found.value = opens ? { at: new Date(state.atMs) } : undefined
  }
}
