/** How somebody likes calls on this device: sealed in the vault, and in no backup. */

import { effect, signal } from "@preact/signals"
import { getRecord, putRecord } from "../account/stored"
import * as s from "../protocol/shape"
import type { Vault } from "../store/vault"
import type { CallWishes } from "./call-models"

const SPACE = "call_wishes"

const Stored = s.struct({
  microphone: s.absent(s.text, ""),
  camera: s.absent(s.text, ""),
  speaker: s.absent(s.text, ""),
  hidesSelf: s.absent(s.flag, false),
  showsCaptions: s.absent(s.flag, true),
  view: s.absent(s.oneOf("grid", "speaker"), "grid"),
  keys: s.absent(s.flag, true),
  /** Of the agreement that was accepted last, as SHA-256. */
  agreed: s.absent(s.text, ""),
})

/** Each change is stored. `failed` hears when it was not. */
export async function openCallWishes(vault: Vault, failed: (error: unknown) => void) {
  const stored = (await getRecord(vault, Stored, SPACE)) ?? Stored.read({}, SPACE)
  const wishes = {
    microphone: signal(stored.microphone),
    camera: signal(stored.camera),
    speaker: signal(stored.speaker),
    hidesSelf: signal(stored.hidesSelf),
    showsCaptions: signal(stored.showsCaptions),
    view: signal<"grid" | "speaker">(stored.view),
    keys: signal(stored.keys),
    agreed: signal(stored.agreed),
  } satisfies CallWishes & Record<string, unknown>
  let writing = Promise.resolve()
  let isFirst = true
  const stop = effect(() => {
    const now = Object.fromEntries(Object.entries(wishes).map(([name, { value }]) => [name, value]))
    if (!isFirst) writing = writing.then(() => vault.write([putRecord(SPACE, now)])).catch(failed)
    isFirst = false
  })
  return { ...wishes, stop }
}

export type KeptWishes = Awaited<ReturnType<typeof openCallWishes>>
