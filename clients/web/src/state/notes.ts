/**
 * What the person has set for one conversation, or begun in it: sealed in the store, and
 * known on this device alone.
 *
 * A draft is written a moment after the last key, when the page is hidden, and when the
 * conversation is closed. What is written is what stands here at that time, so writes
 * cannot overtake each other. A draft that there is no room for stays here and is tried
 * again at the next of these occasions: whoever sends it is told.
 */

import { type ReadonlySignal, signal } from "@preact/signals"
import { getRecord, putRecord } from "../account/stored"
import * as s from "../protocol/shape"
import { StoreFull, type Vault } from "../store/vault"

const SPACE = "conversation_notes"
/** From the last key to the store. */
const PAUSE_MS = 400

/** Whose messages are not shown, and after which row. */
const Hidden = s.struct({ account: s.text, after: s.integer })
export type Hidden = s.Of<typeof Hidden>

const Notes = s.struct({
  draft: s.absent(s.text, ""),
  muted: s.absent(s.flag, false),
  hidden: s.absent(s.nullable(Hidden), null),
  /** Appointments of which somebody was reminded, see `reminders`. */
  reminded: s.absent(s.list(s.text), []),
})
export type Notes = s.Of<typeof Notes>

/** What a list says of them: a draft is there or not. */
export type Marks = Omit<Notes, "draft" | "reminded"> & { readonly draft: boolean }

const NONE: Notes = { draft: "", muted: false, hidden: null, reminded: [] }
const NO_MARKS = marksOf(NONE)

export class NotesOf {
  private readonly notes = new Map<string, Notes>()
  private readonly marks = signal<ReadonlyMap<string, Marks>>(new Map())
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>()

  private constructor(
    private readonly vault: Vault,
    private readonly failed: (error: unknown) => void,
  ) {}

  static async open(vault: Vault, failed: (error: unknown) => void): Promise<NotesOf> {
    const opened = new NotesOf(vault, failed)
    for (const name of await vault.names(SPACE)) {
      opened.notes.set(name, (await getRecord(vault, Notes, SPACE, name)) ?? NONE)
    }
    opened.marks.value = new Map([...opened.notes].map(([name, notes]) => [name, marksOf(notes)]))
    return opened
  }

  /** By conversation; changes with what is set, and not with every key. */
  get current(): ReadonlySignal<ReadonlyMap<string, Marks>> {
    return this.marks
  }

  of(conversation: string): Marks {
    return this.marks.value.get(conversation) ?? NO_MARKS
  }

  draftOf(conversation: string): string {
    return this.notes.get(conversation)?.draft ?? ""
  }

  remindedOf(conversation: string): readonly string[] {
    return this.notes.get(conversation)?.reminded ?? []
  }

  /** Changes what stands there, and resolves when it is stored. */
  async set(conversation: string, changes: Partial<Notes>): Promise<void> {
    this.change(conversation, changes)
    await this.write(conversation)
  }

  /** Keeps a draft, and stores it soon. */
  keepDraft(conversation: string, draft: string): void {
    if (draft === this.draftOf(conversation)) return
    this.change(conversation, { draft })
    clearTimeout(this.timers.get(conversation))
    this.timers.set(
      conversation,
      setTimeout(() => void this.writeIfRoom(conversation).catch(this.failed), PAUSE_MS),
    )
  }

  /** Stores at once what would be stored soon. */
  async flush(): Promise<void> {
    await Promise.all([...this.timers.keys()].map((conversation) => this.writeIfRoom(conversation)))
  }

  private change(conversation: string, changes: Partial<Notes>): void {
    const notes = { ...(this.notes.get(conversation) ?? NONE), ...changes }
    this.notes.set(conversation, notes)
    const [before, after] = [this.marks.peek().get(conversation) ?? NO_MARKS, marksOf(notes)]
    const isSame = before.draft === after.draft && before.muted === after.muted && before.hidden === after.hidden
    if (!isSame) this.marks.value = new Map(this.marks.peek()).set(conversation, after)
  }

  private async writeIfRoom(conversation: string): Promise<void> {
    try {
      await this.write(conversation)
    } catch (error) {
      if (!(error instanceof StoreFull)) throw error
    }
  }

  private async write(conversation: string): Promise<void> {
    const timer = this.timers.get(conversation)
    clearTimeout(timer)
    await this.vault.write([putRecord(SPACE, this.notes.get(conversation) ?? NONE, conversation)])
    // Another key may have been pressed meanwhile.
    if (this.timers.get(conversation) === timer) this.timers.delete(conversation)
  }
}

function marksOf({ draft, muted, hidden }: Notes): Marks {
  return { draft: draft !== "", muted, hidden }
}
