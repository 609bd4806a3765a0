/**
 * The keys of a call's frames, from the group whose members may be in the call.
 *
 *     base = MLS-Exporter("MentalVerse media v1", u32(leaf of the sender), 32)
 *     key  = HKDF-Expand(base, "frame" ‖ slot[1] ‖ conn_nonce[8], 16)
 *
 * A base belongs to one epoch and one sender, so two devices of an account share none. The
 * `connNonce` is random and drawn by the sender itself whenever it begins to send without
 * knowing what it sent before. Nobody else may choose it: who could repeat it would make a
 * page that was loaded again use its keys and nonces a second time.
 */

import { expand } from "@noble/hashes/hkdf.js"
import { sha256 } from "@noble/hashes/sha2.js"
import type { Bytes, CryptoEngine, Group } from "./engine"
import { Writer } from "./formats/codec"
import type { Slot } from "./formats/media-slots"

/** Length of what the keys of one sender come from. */
export const BASE_BYTES = 32
/** AES-128. */
export const FRAME_KEY_BYTES = 16
/** Length of what a sender draws when it starts. */
export const CONN_NONCE_BYTES = 8

const EXPORTER_LABEL = "MentalVerse media v1"
const LABEL = new TextEncoder().encode("frame")

/**
 * What the frame keys of one member come from, in the epoch of the group: of this device's
 * own leaf to send, of another's to receive. 32 octets, a secret.
 */
export function senderBase(engine: CryptoEngine, group: Group, leaf: number): Promise<Bytes> {
  return engine.export(group, EXPORTER_LABEL, new Writer().u32(leaf).octets(), BASE_BYTES)
}

/** The AES-128-GCM key of one slot of one start of a sender. */
export function frameKey(base: Bytes, slot: Slot, connNonce: Bytes): Bytes {
  const info = new Writer().raw(LABEL).u8(slot).raw(connNonce).octets()
  return expand(sha256, base, info, FRAME_KEY_BYTES)
}
