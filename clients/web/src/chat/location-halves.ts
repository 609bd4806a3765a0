/**
 * Halves of keys of sealed locations that came in messages (`e2ee/formats/sealed-location`).
 *
 * A half is of use for as long as the server keeps the envelope, which is a day. The newest
 * few of each conversation are kept, so that nobody fills this device, and nobody who sends
 * many takes the place of another person's.
 */

import { idText } from "../account/ids"
import { getRecord, putRecord } from "../account/stored"
import type { LocationKey } from "../e2ee/formats/carried"
import { equal } from "../e2ee/octets"
import * as s from "../protocol/shape"
import type { Vault } from "../store/vault"
import type { Draft } from "./draft"

const SPACE = "location_heard"
const Heard = s.struct({
  halves: s.list(s.struct({ case: s.text, key: s.octets, sha256: s.octets, atMs: s.integer })),
})

/** A case needs one; another place sealed in its stead needs another. */
const MOST_OF_A_CONVERSATION = 4
/** A day, and what clocks may differ by. */
export const HALF_KEPT_MS = 26 * 3_600_000

/** Keeps a half that came in a message of this conversation at `atMs`. */
export async function noteHalf(draft: Draft, conversation: string, body: LocationKey, atMs: number): Promise<void> {
  const { key, sha256 } = body
  const before = (await draft.load(Heard, SPACE, conversation))?.halves ?? []
  const others = before.filter((half) => !equal(half.sha256, sha256))
  const halves = [...others, { case: idText(body.case), key, sha256, atMs }].slice(-MOST_OF_A_CONVERSATION)
  draft.save(SPACE, { halves }, conversation)
}

/** The half of an envelope of this case, if somebody has told it. */
export async function heardHalf(vault: Vault, held: string, sha256: Uint8Array): Promise<Uint8Array | undefined> {
  for (const conversation of await vault.names(SPACE)) {
    const heard = await getRecord(vault, Heard, SPACE, conversation)
    const half = heard?.halves.find((each) => each.case === held && equal(each.sha256, sha256))
    if (half !== undefined) return half.key
  }
  return undefined
}

/** Deletes what opens nothing any more. */
export async function forgetOldHalves(vault: Vault, nowMs: number): Promise<void> {
  for (const conversation of await vault.names(SPACE)) {
    const halves = (await getRecord(vault, Heard, SPACE, conversation))?.halves ?? []
    const left = halves.filter(({ atMs }) => atMs + HALF_KEPT_MS > nowMs)
    if (left.length === halves.length) continue
    await vault.write([
      left.length === 0
        ? { space: SPACE, name: conversation, value: undefined }
        : putRecord(SPACE, { halves: left }, conversation),
    ])
  }
}
