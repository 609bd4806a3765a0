/**
 * What somebody states who acts without consent. The text stays here; the server gets a
 * commitment, SHA-256 over 32 random octets and the text: nobody finds a short text by
 * trying, and who has text and octets can show later that they were the ones.
 */

import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import type { Rng } from "../e2ee/formats/requests"

export interface Statement {
  readonly text: string
  readonly salt: Uint8Array
}

const SALT_BYTES = 32

/** A text with fresh random octets. */
export function stated(text: string, random: Rng): Statement {
  return { text, salt: random(SALT_BYTES) }
}

/** What the server is told of it: 64 hexadecimal digits. */
export function commitment({ text, salt }: Statement): string {
  return bytesToHex(sha256(concatBytes(salt, utf8ToBytes(text))))
}
