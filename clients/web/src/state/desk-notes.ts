/**
 * What a responder keeps at the desk on this device: notes about cases, and how it rings.
 *
 * Sealed in the vault like everything, known to no server, in no backup and no archive.
 * Notes go by themselves two weeks after their last change.
 */

import { effect, type Signal, signal } from "@preact/signals"
import { getRecord, putRecord } from "../account/stored"
import { type CaseNotes, CHECKS, NO_NOTES, NOTES_KEPT_MS } from "../desk/checklist"
import { type Keys, keysFrom } from "../desk/shortcuts"
import * as s from "../protocol/shape"
import type { Vault } from "../store/vault"
import type { DeskWishes } from "./desk-models"

const NOTES = "desk_notes"
const WISHES = "desk_wishes"

const StoredNotes = s.struct({ text: s.text, checked: s.list(s.oneOf(...CHECKS)), changedAtMs: s.integer })
const StoredWishes = s.struct({
  volume: s.absent(s.integer, 60),
  shortcuts: s.absent(s.flag, true),
  /** By action; one that is not in here has its usual key. */
  keys: s.absent(s.map(s.text), new Map()),
})

/** The notes about a case; empty ones if there are none. */
export async function notesOf(vault: Vault, held: string): Promise<CaseNotes> {
  return (await getRecord(vault, StoredNotes, NOTES, held)) ?? NO_NOTES
}

export async function keepNotes(vault: Vault, held: string, notes: CaseNotes, nowMs: number): Promise<void> {
  await vault.write([putRecord(NOTES, { ...notes, changedAtMs: nowMs }, held)])
}

/** Deletes the notes that were kept long enough. */
export async function forgetOldNotes(vault: Vault, nowMs: number): Promise<void> {
  for (const held of await vault.names(NOTES)) {
    const notes = await getRecord(vault, StoredNotes, NOTES, held)
    const isOver = notes !== undefined && notes.changedAtMs + NOTES_KEPT_MS <= nowMs
    if (isOver) await vault.write([{ space: NOTES, name: held, value: undefined }])
  }
}

/** How the desk rings and listens to keys here; each change is stored. `failed` hears when it was not. */
export async function openWishes(
  vault: Vault,
  failed: (error: unknown) => void,
): Promise<DeskWishes & { readonly stop: () => void }> {
  const stored = (await getRecord(vault, StoredWishes, WISHES)) ?? StoredWishes.read({}, WISHES)
  const volume: Signal<number> = signal(stored.volume)
  const shortcuts: Signal<boolean> = signal(stored.shortcuts)
  const keys: Signal<Keys> = signal(keysFrom(stored.keys))
  let writing = Promise.resolve()
  let isFirst = true
  const stop = effect(() => {
    const wishes = { volume: volume.value, shortcuts: shortcuts.value, keys: keys.value }
    if (!isFirst) writing = writing.then(() => vault.write([putRecord(WISHES, wishes)])).catch(failed)
    isFirst = false
  })
  return { volume, shortcuts, keys, stored: () => writing, stop }
}
