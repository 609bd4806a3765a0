/**
 * Ed25519 (RFC 8032 §5.1) with the verdicts of libsodium, which the Python core uses:
 * the equation without cofactor, points and S in their one encoding, and neither a
 * public key nor an R of small order. @noble/curves by itself multiplies by the
 * cofactor, so that it would accept what the other side refuses.
 */

import { ed25519 } from "@noble/curves/ed25519.js"
import { bytesToNumberLE } from "@noble/curves/utils.js"
import { sha512 } from "@noble/hashes/sha2.js"
import { concatBytes } from "@noble/hashes/utils.js"
import { FormatError } from "./errors"

/** Length of a public key, and of the seed that is a private one. */
export const KEY_BYTES = 32
export const SIGNATURE_BYTES = 64

export interface SignatureKeyPair {
  /** The seed of 32 octets (RFC 8032 §5.1.5). */
  readonly private: Uint8Array
  readonly public: Uint8Array
}

/** The key pair of a seed of 32 octets. */
export function signatureKeyPair(seed: Uint8Array): SignatureKeyPair {
  return { private: seed, public: ed25519.getPublicKey(seed) }
}

export function sign(key: SignatureKeyPair, message: Uint8Array): Uint8Array {
  return ed25519.sign(message, key.private)
}

/** Throws `mls.signature` when the signature does not verify or anything is malformed. */
export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): void {
  if (!verifies(publicKey, message, signature)) throw new FormatError("mls.signature", "signature does not verify")
}

/** Whether a signature verifies; false also for a key or signature that is malformed. */
export function verifies(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false
  const A = point(publicKey)
  const R = point(signature.subarray(0, 32))
  const S = bytesToNumberLE(signature.subarray(32))
  if (A === undefined || R === undefined || S >= ORDER) return false
  const hashed = sha512(concatBytes(signature.subarray(0, 32), publicKey, message))
  const k = bytesToNumberLE(hashed) % ORDER
  return Point.BASE.multiplyUnsafe(S).subtract(A.multiplyUnsafe(k)).equals(R)
}

const Point = ed25519.Point
const ORDER = Point.Fn.ORDER

/** The point that these octets encode, unless there is none or it is of small order. */
function point(octets: Uint8Array): InstanceType<typeof Point> | undefined {
  try {
    const decoded = Point.fromBytes(octets)
    return decoded.isSmallOrder() ? undefined : decoded
  } catch {
    return undefined
  }
}
