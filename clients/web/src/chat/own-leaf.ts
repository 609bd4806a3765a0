/**
 * This device's leaf: how long its keys last. A leaf gets fresh keys with every commit of
 * its device that has a path. Who learned them reads until then, so a device that commits
 * nothing else does so about once a week, each at another time.
 */

import { sha256 } from "@noble/hashes/sha2.js"
import { concatBytes } from "@noble/hashes/utils.js"
import { idBytes } from "../account/ids"

const KEYS_LAST_MS = 7 * 86_400_000
/** How much longer or shorter the keys of one leaf last than those of another. */
const SPREAD = 0.25

/** How long the keys of a leaf last: the same in one place, spread over all. */
export function keysLastMs(device: string, conversation: string): number {
  const place = sha256(concatBytes(idBytes(device), idBytes(conversation)))
  const between = new DataView(place.buffer, place.byteOffset).getUint32(0) / 2 ** 31 - 1
  return Math.floor(KEYS_LAST_MS * (1 + between * SPREAD))
}
