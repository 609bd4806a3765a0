/**
 * Marks: what members of a group can make of one epoch, and nobody else.
 *
 *     secret = MLS-Exporter("MentalVerse attendance v1", session[16], 32)
 *     mark   = HMAC-SHA256(secret, "MentalVerse attendance mark v1" ‖ call[16])
 *
 * All members make the same mark in the same epoch. A server is shown marks in receipts of
 * attendance and compares them; the secret never leaves the device.
 */

import { hmac } from "@noble/hashes/hmac.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import type { Bytes, CryptoEngine, Group } from "./engine"

const SECRET_BYTES = 32
const EXPORTER_LABEL = "MentalVerse attendance v1"
const MARK_LABEL = utf8ToBytes("MentalVerse attendance mark v1")

/** 32 octets. `session`: of the planned session, or of a call that nobody planned. */
export async function attendanceMark(
  engine: CryptoEngine,
  group: Group,
  session: Bytes,
  call: Bytes,
): Promise<Uint8Array> {
  const secret = await engine.export(group, EXPORTER_LABEL, session, SECRET_BYTES)
  return hmac(sha256, secret, concatBytes(MARK_LABEL, call))
}
