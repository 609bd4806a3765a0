/**
 * The keys of the authentication service, each introduced by the one before.
 *
 *     struct {
 *         uint8  version = 1;
 *         uint64 counter;                 1, 2, 3, …
 *         opaque public[32];              Ed25519
 *         opaque signature<V>;            64 octets by the key before, none for the first
 *     } AsKey;
 *
 *     the key before signs  "MentalVerse AS succession v1" ‖ uint64 counter ‖ public
 *
 * A device pins a key of the service when it meets it, and accepts another one when a
 * chain of signatures leads to it from there.
 */

import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { equal } from "../octets"
import { decode as decodeStructure, type Reader, Writer } from "./codec"
import { type AsKeys, byKeyId } from "./credential"
import { KEY_BYTES, SIGNATURE_BYTES, verifies } from "./ed25519"
import { FormatError } from "./errors"

/** The only version there is. */
export const VERSION = 1

const LABEL = utf8ToBytes("MentalVerse AS succession v1")

/** One key of the service and the signature that introduces it. */
export interface AsKey {
  readonly counter: bigint
  /** Ed25519 public key. */
  readonly public: Uint8Array
  /** By the key with the counter before; empty for the first. */
  readonly signature: Uint8Array
}

export function encode(key: AsKey): Uint8Array {
  return new Writer().u8(VERSION).u64(key.counter).raw(key.public).opaque(key.signature).octets()
}

/** The key that `data` holds; nothing is verified. `mls.decode`. */
export function decode(data: Uint8Array): AsKey {
  return decodeStructure(read, data)
}

/**
 * The keys to accept credentials of: the pinned one and all after it. `keys` are what the
 * service shows, ascending. `mls.credential_rejected.unknown_key` when the pinned one is
 * missing, or one is not introduced by the one before.
 */
export function acceptedAsKeys(pinned: Uint8Array, keys: readonly AsKey[]): AsKeys {
  const place = keys.findIndex((key) => equal(key.public, pinned))
  if (place < 0) throw unknownKey("the service does not show the pinned key")
  const [first, ...later] = keys.slice(place)
  let previous = first
  for (const key of later) {
    if (previous !== undefined) checkIntroduced(previous, key)
    previous = key
  }
  return byKeyId([pinned, ...later.map((key) => key.public)])
}

function checkIntroduced(previous: AsKey, key: AsKey): void {
  if (key.counter !== previous.counter + 1n) throw unknownKey("a key of the service is missing between two")
  const text = concatBytes(LABEL, new Writer().u64(key.counter).raw(key.public).octets())
  if (!verifies(previous.public, text, key.signature)) throw unknownKey("the key before did not sign the key")
}

function unknownKey(message: string): FormatError {
  return new FormatError("mls.credential_rejected.unknown_key", message)
}

function read(reader: Reader): AsKey {
  if (reader.u8() !== VERSION) throw new FormatError("mls.decode", "service key is of another version")
  const key: AsKey = { counter: reader.u64(), public: reader.raw(KEY_BYTES), signature: reader.opaque() }
  if (key.signature.length !== (key.counter === 1n ? 0 : SIGNATURE_BYTES)) {
    throw new FormatError("mls.decode", "the first key has no signature, every other has one")
  }
  if (key.counter === 0n) throw new FormatError("mls.decode", "keys are counted from 1")
  return key
}
