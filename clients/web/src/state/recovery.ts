/**
 * The account's backup and the words that open it.
 *
 * While there is one it is kept up to date by itself: a while after something changed,
 * and once when this device comes online.
 */

import { type ReadonlySignal, signal } from "@preact/signals"
import { Backup } from "../account/backup"
import { ClientError } from "../account/errors"
import type { Chat } from "../chat/chat"
import type { Stretch } from "../e2ee/formats/argon2"
import { FormatError } from "../e2ee/formats/errors"
import { NotConnected, Refused } from "../protocol/errors"
import type { Outcome } from "./models"
import { outcome } from "./outcome"

/** Notes of `Backup` after which words that were made before open nothing any more. */
const LOST: readonly string[] = ["client.backup_replaced", "client.backup_gone"]
/** From a change to the next backup: many come together. */
const WRITE_AFTER_MS = 30_000

export class LiveRecovery {
  readonly known: ReadonlySignal<{ readonly at: Date } | undefined>
  private readonly found = signal<{ readonly at: Date } | undefined>(undefined)
  private readonly backup: Backup
  private timer: ReturnType<typeof setTimeout> | undefined

  private constructor(
    private readonly chat: Chat,
    stretch: Stretch,
    private readonly failed: (error: unknown) => void,
  ) {
    this.known = this.found
    this.backup = new Backup(chat.device, chat.source, stretch, chat.archives)
    chat.keepUp(this.backup)
  }

  /** Keeps the backup up to date until the client ends. `failed` hears of defects. */
  static async open(chat: Chat, stretch: Stretch, failed: (error: unknown) => void): Promise<LiveRecovery> {
    const recovery = new LiveRecovery(chat, stretch, failed)
    await recovery.look()
    chat.updates.listen(({ kind }) => {
      if (kind === "connection" && chat.isCaughtUp) recovery.due(0)
      if (kind === "devices" || kind === "conversation") recovery.due(WRITE_AFTER_MS)
    }, chat.signal)
    chat.signal.addEventListener("abort", () => clearTimeout(recovery.timer))
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

  private due(afterMs: number): void {
    if (this.chat.signal.aborted || (this.timer !== undefined && afterMs > 0)) return
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.timer = undefined
      this.write().catch(this.failed)
    }, afterMs)
  }

  private async write(): Promise<void> {
    try {
      await this.backup.writeIfDue()
    } catch (error) {
      // What the person has to know of it is noted; the rest is done at the next change.
      if (![NotConnected, Refused, ClientError, FormatError].some((kind) => error instanceof kind)) throw error
    }
    await this.look()
  }

  private async look(): Promise<void> {
    const state = await this.backup.state()
    const opens = state !== undefined && !LOST.includes(state.trouble)
    this.found.value = opens ? { at: new Date(state.atMs) } : undefined
  }
}
