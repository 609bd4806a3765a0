/**
 * What the person of an account has chosen on this device.
 *
 * One sealed record in the vault. Each part is a signal: whoever changes one has it
 * stored soon after, one write after another; `stored` resolves when nothing is left to
 * write. It is about this device alone and goes into no backup.
 */

import { effect, type Signal, signal } from "@preact/signals"
import { getRecord, putRecord } from "../account/stored"
import * as s from "../protocol/shape"
import type { Vault } from "../store/vault"

const SPACE = "preferences"

/** A field that came later stands here with `absent`, and reads as it was before there was one. */
const Stored = s.struct({
  sendReceipts: s.absent(s.flag, false),
  sendTyping: s.absent(s.flag, true),
  leaveNothing: s.absent(s.flag, false),
  lowData: s.absent(s.flag, false),
})
type Stored = s.Of<typeof Stored>

export class Preferences {
  /** Whether others learn how far one has read: off, so that nobody feels pressed to answer. */
  readonly sendReceipts: Signal<boolean>
  readonly sendTyping: Signal<boolean>
  /** Leaving in a hurry forgets this device, where the account can come back without it. */
  readonly leaveNothing: Signal<boolean>
  /** Files are fetched only when they are asked for. */
  readonly lowData: Signal<boolean>
  private writing: Promise<void> = Promise.resolve()
  private isDue = false
  private readonly stop: () => void

  private constructor(
    private readonly vault: Vault,
    stored: Stored,
    private readonly failed: (error: unknown) => void,
  ) {
    this.sendReceipts = signal(stored.sendReceipts)
    this.sendTyping = signal(stored.sendTyping)
    this.leaveNothing = signal(stored.leaveNothing)
    this.lowData = signal(stored.lowData)
    let isFirst = true
    this.stop = effect(() => {
      this.now()
      if (!isFirst) this.write()
      isFirst = false
    })
  }

  /** Those in the vault. `failed` hears when one could not be stored. Throws `StoreDamaged`, `ShapeError`. */
  static async open(vault: Vault, failed: (error: unknown) => void): Promise<Preferences> {
    const stored = await getRecord(vault, Stored, SPACE)
    return new Preferences(vault, stored ?? Stored.read({}, SPACE), failed)
  }

  /** Resolves when all that was changed until now is stored, or `failed` has heard why not. */
  async stored(): Promise<void> {
    while (this.isDue) await this.writing
    await this.writing
  }

  /** Stores nothing that is changed from now on; resolves when the rest is. */
  close(): Promise<void> {
    this.stop()
    return this.stored()
  }

  /** Changes that come while one is being written go together into the next. */
  private write(): void {
    if (this.isDue) return
    this.isDue = true
    this.writing = this.writing
      .then(() => {
        this.isDue = false
        return this.vault.write([putRecord(SPACE, this.now())])
      })
      .catch(this.failed)
  }

  private now(): Stored {
    return {
      sendReceipts: this.sendReceipts.value,
      sendTyping: this.sendTyping.value,
      leaveNothing: this.leaveNothing.value,
      lowData: this.lowData.value,
    }
  }
}
