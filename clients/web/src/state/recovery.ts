/** The account's backup, and what opens it; the client keeps it up to date by itself. */

import { computed, type ReadonlySignal, signal } from "@preact/signals"
import { Backup } from "../account/backup"
import { ClientError } from "../account/errors"
import type { BackupState } from "../account/kept"
import { dropNewWay, newWay } from "../account/new-way"
import { type Way, type Ways, waysOf } from "../account/ways"
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
  /** What opens the backup; undefined if there is none. */
  readonly ways: ReadonlySignal<Ways | undefined>
  private readonly found = signal<BackupState | undefined>(undefined)
  private readonly backup: Backup

  private constructor(
    private readonly chat: Chat,
    stretch: Stretch,
  ) {
    this.ways = computed(() => this.found.value && waysOf(this.found.value.access))
    this.known = computed(() => viewOf(this.found.value, this.ways.value))
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

  /** A passkey brings the account back again. Throws as `Backup.create`. */
  async add(way: Way): Promise<void> {
    await this.backup.add(way)
    await this.look()
  }

  /** No passkeys but these do any more. Throws as `Backup.create`. */
  async keepPasskeys(these: ReadonlySet<string>): Promise<void> {
    await this.backup.keepPasskeys(these)
    await this.look()
  }

  /** Puts the way that was made last into the backup, which begins with it. */
  async follow(): Promise<void> {
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

  /** Reads again how the backup stands. */
  async look(): Promise<void> {
    const state = await this.backup.state()
    this.found.value = state !== undefined && !LOST.includes(state.trouble) ? state : undefined
  }
}

function viewOf(state: BackupState | undefined, ways: Ways | undefined): RecoveryView | undefined {
  if (state === undefined || ways === undefined) return undefined
  return { at: new Date(state.atMs), words: ways.words, seal: ways.passphrase || ways.passkeys.size > 0 }
}
