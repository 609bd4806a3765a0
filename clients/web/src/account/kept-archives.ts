/** The archives of conversations that a record of the account names: this device's, and those of others. */

import { equal } from "../e2ee/octets"
import type { KeptArchive } from "../e2ee/formats/account-record"
import * as s from "../protocol/shape"
import type { Put, Vault } from "../store/vault"
import { idText } from "./ids"
import { allRecords, putRecord } from "./stored"

/** By name, archives of other devices. */
export const INHERITED = "inherited"
/** By conversation, what this device has archived. */
export const OWN = "archive"

/** An archive and how far it goes. */
export const Archive = s.struct({
  conversation: s.octets,
  writer: s.octets,
  period: s.integer,
  key: s.octets,
  firstBlob: s.octets,
  pieces: s.integer,
  last: s.octets,
  nextBlob: s.octets,
})
export type Archive = s.Of<typeof Archive>

/** What this device has archived of one conversation. */
export const OwnArchive = s.struct({
  current: Archive,
  /** The account's devices since its key was made: they may know the key. */
  devices: s.list(s.octets),
  /** Every row up to this one is in it, or in an archive of another device. */
  through: s.integer,
  blobs: s.list(s.octets),
  /** Pieces that are at least half as long as a piece may be; the others are small. */
  full: s.integer,
  /** Its predecessor, for as long as `current` holds less. */
  earlier: s.nullable(Archive),
  earlierBlobs: s.list(s.octets),
})
export type OwnArchive = s.Of<typeof OwnArchive>

/** Those that this device writes, and those that it was told of. */
export async function archives(vault: Vault): Promise<Archive[]> {
  const own = await allRecords(vault, OwnArchive, OWN)
  const written = own.flatMap(({ earlier, current }) => (earlier === null ? [current] : [earlier, current]))
  return [...written.filter(({ pieces }) => pieces > 0), ...(await inherited(vault))]
}

/** Those that this device was told of. */
export function inherited(vault: Vault): Promise<Archive[]> {
  return allRecords(vault, Archive, INHERITED)
}

export function storedOf({ archive, end }: KeptArchive): Archive {
  return { ...archive, period: Number(archive.period), ...end }
}

export function keptOf({ pieces, last, nextBlob, ...archive }: Archive): KeptArchive {
  return { archive: { ...archive, period: BigInt(archive.period) }, end: { pieces, last, nextBlob } }
}

export function putArchive(stored: Archive): Put {
  return putRecord(INHERITED, stored, nameOf(stored))
}

/** Names it among all. */
export function nameOf({ conversation, writer, period }: Archive): string {
  return `${idText(conversation)}/${idText(writer)}/${period}`
}

/** Whether one device wrote both of one conversation. */
export function isOfOne(one: Archive, other: Archive): boolean {
  return equal(one.conversation, other.conversation) && equal(one.writer, other.writer)
}
