/** The account's backup, and what opens it; the client keeps it up to date by itself. */

import { type ReadonlySignal, signal } from "@preact/signals"
import { Backup } from "../account/backup"
import { ClientError } from "../account/errors"
import { slotsOf } from "../account/kept"
import { dropNewWay, newWay } from "../account/new-way"
import type { Chat } from "../chat/chat"
import type { Stretch } from "../e2ee/formats/argon2"
import { NotConnected, Refused } from "../protocol/errors"
import type { Outcome, RecoveryView } from "./models"
import { outcome } from "./outcome"
import { settling } from "./scope"

/** Notes of `Backup` after which words that were made before open nothing any more. */
const LOST: readonly string[] = ["client.backup_replaced", "client.backup_gone"]

export class LiveRecovery {
  readonly known: ReadonlySignal<RecoveryView | undefined>
  private readonly found = signal<RecoveryView | undefined>(undefined)
  private readonly backup: Backup

  private constructor(
    private readonly chat: Chat,
    stretch: Stretch,
  ) {
    this.known = this.found
    this.backup = new Backup(chat.device, chat.source, stretch, chat.archives)
    chat.keepUp(this.backup)
  }

  /** Keeps the backup up to date until the client ends. `failed` hears of defects. */
  static async open(chat: Chat, stretch: Stretch, failed: (error: unknown) => void): Promise<LiveRecovery> {
    const recovery = new LiveRecovery(chat, stretch)
    await recovery.look()
    const follow = settling(() => recovery.follow(), failed)
    chat.updates.listen(({ kind }) => {
      if (kind === "connection" && chat.isCaughtUp) follow()
    }, chat.signal)
    return recovery
  }

  /** 24 words that mean nothing yet: those before still count. */
  newWords(): Promise<readonly string[]> {
    return this.backup.newWords()
  }

  /** From now on these words open the backup, and earlier ones nothing. */
  keepWords(words: readonly string[]): Promise<Outcome> {
    return outcome(async () => {
      await this.backup.create(words.join(" "))
      await this.look()
    })
  }

  // --- within ---

  /** Puts the way that came with this device's seal into the backup, which begins with it. */
  private async follow(): Promise<void> {
    const { vault } = this.chat.device
    const way = await newWay(vault)
    if (way !== undefined) {
      try {
        await this.backup.add(way)
        await vault.write([dropNewWay()])
      } catch (error) {
        // Tried again when this device is next online.
        if (![NotConnected, Refused, ClientError].some((kind) => error instanceof kind)) throw error
      }
    }
    await this.look()
  }

  private async look(): Promise<void> {
    const state = await this.backup.state()
    const opens = state !== undefined && !LOST.includes(state.trouble)
    const kinds = new Set(opens ? slotsOf(state.access).map(({ kind }) => kind) : [])
    const [words, seal] = [kinds.has("words"), kinds.has("secret")]
    this.found.value = opens ? { at: new Date(state.atMs), words, seal } : undefined
  }
}
