/**
 * What stands in for a handshake message that is too large to be carried: a commit, a
 * Welcome or a GroupInfo. The message itself is the octets of a blob.
 *
 *     struct {
 *         ProtocolVersion version = mls10;
 *         uint16 wire_format = 0xF07B;     for private use, RFC 9420 §17.2
 *         opaque head<V>;
 *         opaque blob[16];
 *         uint32 size;
 *         opaque sha256[32];
 *     } Detached;
 *
 * The head of a commit repeats the header of its PrivateMessage (`headers.ts`); that of a
 * Welcome or GroupInfo is empty. Nobody signs it: what it says of a commit has to be equal
 * to what the commit says.
 */

import { sha256 } from "@noble/hashes/sha2.js"
import { equal } from "../octets"
import { decode as decodeStructure, Writer } from "./codec"
import { HASH_BYTES, ID_BYTES } from "./requests"

const PREFIX = new Writer().u16(1).u16(0xf07b).octets()
const NO_HEAD = new Uint8Array(0)

/** Where a message is, and what it has to be equal to. */
export interface Detached {
  readonly head: Uint8Array
  /** Id of the blob, 16 octets. */
  readonly blob: Uint8Array
  readonly size: number
  readonly sha256: Uint8Array
}

/** What stands in for a message that is stored as this blob. */
export function detach(message: Uint8Array, blob: Uint8Array, head: Uint8Array = NO_HEAD): Detached {
  return { head, blob, size: message.length, sha256: sha256(message) }
}

/** Whether these octets are the message. */
export function isOf(detached: Detached, octets: Uint8Array): boolean {
  return octets.length === detached.size && equal(sha256(octets), detached.sha256)
}

/** Whether a message is of this wire format; it may be malformed. */
export function isDetached(message: Uint8Array): boolean {
  return equal(message.subarray(0, PREFIX.length), PREFIX)
}

export function encode({ head, blob, size, sha256: hash }: Detached): Uint8Array {
  return new Writer().raw(PREFIX).opaque(head).raw(blob).u32(size).raw(hash).octets()
}

/** What a message refers to; undefined if it is not of this wire format. `mls.decode`. */
export function decode(message: Uint8Array): Detached | undefined {
  if (!isDetached(message)) return undefined
  return decodeStructure((reader) => {
    reader.u32()
    return { head: reader.opaque(), blob: reader.raw(ID_BYTES), size: reader.u32(), sha256: reader.raw(HASH_BYTES) }
  }, message)
}
