/** What our formats ask of their callers. */

import { FormatError } from "./errors"

/** A source of cryptographically strong random octets. */
export type Rng = (length: number) => Uint8Array

/** `mls.state.invalid_request`, unless the condition holds. */
export function require(condition: boolean, otherwise: string): void {
  if (!condition) throw new FormatError("mls.state.invalid_request", otherwise)
}

/** Text as UTF-8; half of a surrogate pair, which UTF-8 has not, is refused. */
export function utf8(text: string, otherwise: string): Uint8Array {
  require(!/\p{Surrogate}/u.test(text), otherwise)
  return new TextEncoder().encode(text)
}

/** Length of the ids of accounts, devices, conversations and blobs. */
export const ID_BYTES = 16
/** Length of a SHA-256, and of secrets of MLS. */
export const HASH_BYTES = 32
