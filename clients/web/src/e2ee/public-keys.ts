/**
 * Public keys that something can be sealed to (RFC 9420 §5.1.1): nobody can commit over
 * a tree with another one in it.
 */

import type { Bytes, SuiteId } from "./engine"
import { keyOf } from "./octets"
import { XWING_AES128GCM } from "./suites"

const X25519_BYTES = 32
const ML_KEM_768_BYTES = 1_184
/** Of these the last 32 are the seed of the matrix. */
const ML_KEM_768_COEFFICIENT_BYTES = 1_152
const ML_KEM_MODULUS = 3_329

/** The u-coordinates of small order, little-endian, also those above the prime (RFC 7748 §6.1). */
const SMALL_ORDER = new Set([
  "00".repeat(32),
  `01${"00".repeat(31)}`,
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  `ec${"ff".repeat(30)}7f`,
  `ed${"ff".repeat(30)}7f`,
  `ee${"ff".repeat(30)}7f`,
])

export function isUsable(suite: SuiteId, key: Bytes): boolean {
  if (suite !== XWING_AES128GCM) return isUsableX25519(key)
  return isReduced(key.slice(0, ML_KEM_768_BYTES)) && isUsableX25519(key.slice(ML_KEM_768_BYTES))
}

function isUsableX25519(key: Bytes): boolean {
  if (key.length !== X25519_BYTES) return false
  const masked = Uint8Array.from(key, (octet, index) => (index === X25519_BYTES - 1 ? octet & 0x7f : octet))
  return !SMALL_ORDER.has(keyOf(masked))
}

/** The modulus check of FIPS 203 §7.2: every coefficient of 12 bits is below q. */
function isReduced(key: Bytes): boolean {
  if (key.length !== ML_KEM_768_BYTES) return false
  for (let at = 0; at < ML_KEM_768_COEFFICIENT_BYTES; at += 3) {
    const [low = 0, middle = 0, high = 0] = key.subarray(at, at + 3)
    if ((low | ((middle & 0x0f) << 8)) >= ML_KEM_MODULUS || ((middle >> 4) | (high << 4)) >= ML_KEM_MODULUS)
      return false
  }
  return true
}
