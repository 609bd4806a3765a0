/**
 * What the person has set for one conversation, or begun in it: sealed in the store, and
 * known on this device alone.
 *
 * A draft is written a moment after the last key, when the page is hidden, and when the
 * conversation is closed. What is kept is what stands in `current`, so writes cannot
 * overtake each other.
 */

import { type ReadonlySignal, signal } from "@preact/signals"
import { getRecord, putRecord } from "../account/stored"
import * as s from "../protocol/shape"
import { toJson } from "../protocol/shape"
import type { Vault } from "../store/vault"

const SPACE = "conversation_notes"
/** From the last key to the store. */
const PAUSE_MS = 400

const Notes = s.struct({
  draft: s.absent(s.text, ""),
  muted: s.absent(s.flag, false),
})
export type Notes = s.Of<typeof Notes>

const NONE: Notes = { draft: "", muted: false }

export class NotesOf {
  private readonly all = signal<ReadonlyMap<string, Notes>>(new Map())
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>()

  private constructor(
    private readonly vault: Vault,
    private readonly failed: (error: unknown) => void,
  ) {}

  static async open(vault: Vault, failed: (error: unknown) => void): Promise<NotesOf> {
    const opened = new NotesOf(vault, failed)
    const names = await vault.names(SPACE)
    const notes = await Promise.all(names.map((name) => getRecord(vault, Notes, SPACE, name)))
    opened.all.value = new Map(names.map((name, index) => [name, notes[index] ?? NONE]))
    return opened
  }

  /** By conversation; those without are not in it. */
  get current(): ReadonlySignal<ReadonlyMap<string, Notes>> {
    return this.all
  }

  of(conversation: string): Notes {
    return this.all.value.get(conversation) ?? NONE
  }

  /** Changes what stands there, and resolves when it is stored. */
  async set(conversation: string, changes: Partial<Notes>): Promise<void> {
    if (this.change(conversation, changes)) await this.write(conversation)
  }

  /** Changes what stands there, and stores it soon: for what changes with every key. */
  setSoon(conversation: string, changes: Partial<Notes>): void {
    if (!this.change(conversation, changes)) return
    clearTimeout(this.timers.get(conversation))
    this.timers.set(
      conversation,
      setTimeout(() => void this.write(conversation).catch(this.failed), PAUSE_MS),
    )
  }

  /** Stores at once what would be stored soon. */
  async flush(): Promise<void> {
    await Promise.all([...this.timers.keys()].map((conversation) => this.write(conversation)))
  }

  /** Whether anything is another than before. */
  private change(conversation: string, changes: Partial<Notes>): boolean {
    const before = this.all.peek().get(conversation) ?? NONE
    const after = { ...before, ...changes }
    if (toJson(after) === toJson(before)) return false
    this.all.value = new Map(this.all.peek()).set(conversation, after)
    return true
  }

  private async write(conversation: string): Promise<void> {
    clearTimeout(this.timers.get(conversation))
    this.timers.delete(conversation)
    const notes = this.all.peek().get(conversation) ?? NONE
    await this.vault.write([putRecord(SPACE, notes, conversation)])
  }
}
