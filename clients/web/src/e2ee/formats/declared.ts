/**
 * The `authenticated_data` of our messages: signed by the sender, read by the server.
 *
 *     "mv1"                                    3 octets
 *     client_id                                16 octets, the sender's idempotency key
 *     DeclaredChange adds<V>, removes<V>       only when the commit changes membership
 *
 *     DeclaredChange = account_id[16] ‖ device_id[16]
 *
 * The server routes by the declared changes; every member compares them with what the
 * commit did. RFC 9420 §6.3.1 leaves these octets readable: nothing about the content
 * belongs here. Each value has one encoding.
 */

import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { equal, keyOf } from "../octets"
import { decode as decodeStructure, type Reader, Writer } from "./codec"
import { FormatError } from "./errors"
import { ID_BYTES, require } from "./requests"

/** Most devices in one list: the largest group there is. */
export const MAX_CHANGES = 64

const MAGIC = utf8ToBytes("mv1")

/** One device of one account. */
export interface DeclaredChange {
  readonly accountId: Uint8Array
  readonly deviceId: Uint8Array
}

/** What a message says of itself to the server. */
export interface Declared {
  /** 16 octets: the same message sent again carries the same. */
  readonly clientId: Uint8Array
  readonly adds: readonly DeclaredChange[]
  readonly removes: readonly DeclaredChange[]
}

/** The `authenticated_data` of a message. `mls.state.invalid_request`. */
export function encode(
  clientId: Uint8Array,
  adds: readonly DeclaredChange[] = [],
  removes: readonly DeclaredChange[] = [],
): Uint8Array {
  const ids = [clientId, ...[...adds, ...removes].flatMap((change) => [change.accountId, change.deviceId])]
  require(ids.every((id) => id.length === ID_BYTES), "an id does not have 16 octets")
  for (const changes of [adds, removes]) {
    const fault = faultIn(changes)
    require(fault === undefined, fault ?? "")
  }
  const writer = new Writer().raw(MAGIC).raw(clientId)
  if (adds.length > 0 || removes.length > 0) writer.vector(adds, writeChange).vector(removes, writeChange)
  return writer.octets()
}

/** What the `authenticated_data` of a message declares. `mls.decode`. */
export function decode(authenticatedData: Uint8Array): Declared {
  return decodeStructure(read, authenticatedData)
}

function faultIn(changes: readonly DeclaredChange[]): string | undefined {
  if (changes.length > MAX_CHANGES) return "more devices than a group can have"
  const devices = changes.map((change) => keyOf(concatBytes(change.accountId, change.deviceId)))
  return new Set(devices).size === devices.length ? undefined : "a device stands twice in one list"
}

function writeChange(writer: Writer, change: DeclaredChange): void {
  writer.raw(change.accountId).raw(change.deviceId)
}

function read(reader: Reader): Declared {
  if (!equal(reader.raw(MAGIC.length), MAGIC)) {
    throw new FormatError("mls.decode", "declared data is of another version")
  }
  const clientId = reader.raw(ID_BYTES)
  if (reader.remaining === 0) return { clientId, adds: [], removes: [] }
  const adds = readChanges(reader)
  const removes = readChanges(reader)
  if (adds.length === 0 && removes.length === 0) throw new FormatError("mls.decode", "two empty lists are not written")
  return { clientId, adds, removes }
}

function readChanges(reader: Reader): DeclaredChange[] {
  const changes = reader.vector((inner) => ({ accountId: inner.raw(ID_BYTES), deviceId: inner.raw(ID_BYTES) }))
  const fault = faultIn(changes)
  if (fault !== undefined) throw new FormatError("mls.decode", fault)
  return changes
}
