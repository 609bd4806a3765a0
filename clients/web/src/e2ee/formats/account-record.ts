/**
 * What an account keeps when a device is lost or another one comes.
 *
 *     struct {
 *         uint8  version = 1;
 *         opaque account_id[16];
 *         opaque account_private[32];         Ed25519 seed
 *         opaque device_list<V>;              the newest one this device saw
 *         ContactPin contacts<V>;
 *         KeptArchive archives<V>;
 *         ResumptionSecret resumption<V>;
 *         opaque settings<V>;                 I-JSON, or nothing
 *     } AccountRecord;
 *
 *     struct { opaque account_id[16]; opaque account_public[32]; uint8 verified; }
 *         ContactPin;
 *     struct { opaque conversation[16]; opaque writer[16]; uint64 period; opaque key[32];
 *              opaque first_blob[16]; uint32 pieces; opaque last[32];
 *              opaque next_blob[16]; } KeptArchive;
 *     struct { opaque group_id<V>; uint64 epoch; opaque secret[32]; } ResumptionSecret;
 *
 * There is no field for a leaf's, a KeyPackage's or a ratchet's key, and that is the point:
 * group state that came back from a copy would use a message key twice. A restored device is
 * a new leaf. A resumption PSK (RFC 9420 §8.6) decrypts nothing; it proves that its holder was
 * in the group in that epoch.
 */

import { keyOf } from "../octets"
import { HISTORY_KEY_BYTES } from "./carried"
import { decode, MAX_U64, type Reader, Writer } from "./codec"
import { KEY_BYTES } from "./ed25519"
import { FormatError } from "./errors"
import { type Archive, type ArchiveEnd, checkArchive, checkArchiveEnd } from "./history"
import { parse } from "./ijson"
import { HASH_BYTES, ID_BYTES, require } from "./requests"

/** How many resumption PSKs of one group are kept, newest first. */
export const RESUMPTION_EPOCHS = 3

const VERSION = 1
const MAX_GROUP_ID_BYTES = 255

/** The account key of somebody as this account knows it. */
export interface ContactPin {
  /** 16 octets. */
  readonly accountId: Uint8Array
  /** 32 octets. */
  readonly accountPublic: Uint8Array
  /** Whether the safety number was compared. */
  readonly verified: boolean
}

/** An archive, and how far it went when this was written down. */
export interface KeptArchive {
  readonly archive: Archive
  readonly end: ArchiveEnd
}

/** The resumption PSK of one epoch of a group (RFC 9420 §8.6). */
export interface ResumptionSecret {
  readonly groupId: Uint8Array
  readonly epoch: bigint
  /** 32 octets. */
  readonly secret: Uint8Array
}

/** Everything of an account that is not of one device. */
export interface AccountRecord {
  /** 16 octets. */
  readonly accountId: Uint8Array
  /** The seed of the account's Ed25519 key, 32 octets. */
  readonly accountPrivate: Uint8Array
  /** Encoded, as the account signed it last; empty if there is none. */
  readonly deviceList: Uint8Array
  readonly contacts: readonly ContactPin[]
  readonly archives: readonly KeptArchive[]
  readonly resumption: readonly ResumptionSecret[]
  /** One I-JSON value (see `ijson`) that is the client's own, or nothing. */
  readonly settings: Uint8Array
}

/**
 * The record on the wire: it is secret, seal it. `mls.state.invalid_request` when a length is
 * wrong, a contact or an archive stands twice, a group has more than `RESUMPTION_EPOCHS`
 * secrets, or the settings are not I-JSON.
 */
export function encodeRecord(record: AccountRecord): Uint8Array {
  checkRecord(record)
  return new Writer()
    .u8(VERSION)
    .raw(record.accountId)
    .raw(record.accountPrivate)
    .opaque(record.deviceList)
    .vector(record.contacts, writeContact)
    .vector(record.archives, writeArchive)
    .vector(record.resumption, writeResumption)
    .opaque(record.settings)
    .octets()
}

/** The record that octets hold; `mls.decode` when `encodeRecord` does not write such. */
export function decodeRecord(octets: Uint8Array): AccountRecord {
  const record = decode(read, octets)
  try {
    checkRecord(record)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw new FormatError("mls.decode", error.message)
  }
  return record
}

/** The newest secrets of a group's resumption PSKs by epoch. */
export function newestResumption(groupId: Uint8Array, psks: ReadonlyMap<bigint, Uint8Array>): ResumptionSecret[] {
  return Array.from(psks, ([epoch, secret]) => ({ groupId, epoch, secret }))
    .sort((one, other) => (one.epoch > other.epoch ? -1 : 1))
    .slice(0, RESUMPTION_EPOCHS)
}

function checkRecord(record: AccountRecord): void {
  require(record.accountId.length === ID_BYTES, "an account id has 16 octets")
  require(record.accountPrivate.length === KEY_BYTES, "an account key has 32 octets")
  for (const pin of record.contacts) {
    require(pin.accountId.length === ID_BYTES, "an account id has 16 octets")
    require(pin.accountPublic.length === KEY_BYTES, "an account key has 32 octets")
  }
  requireUnique(
    record.contacts.map((pin) => keyOf(pin.accountId)),
    "a contact stands twice",
  )
  for (const { archive, end } of record.archives) {
    checkArchive(archive)
    checkArchiveEnd(end)
  }
  requireUnique(
    record.archives.map(({ archive }) => `${keyOf(archive.conversation)} ${keyOf(archive.writer)} ${archive.period}`),
    "an archive stands twice",
  )
  checkResumption(record.resumption)
  if (record.settings.length > 0) checkSettings(record.settings)
}

function checkResumption(resumption: readonly ResumptionSecret[]): void {
  const ofGroup = new Map<string, number>()
  for (const { groupId, epoch, secret } of resumption) {
    require(groupId.length >= 1 && groupId.length <= MAX_GROUP_ID_BYTES, "not the id of a group")
    require(epoch >= 0n && epoch <= MAX_U64, "an epoch does not fit 64 bits")
    require(secret.length === HASH_BYTES, "a resumption PSK has 32 octets")
    ofGroup.set(keyOf(groupId), (ofGroup.get(keyOf(groupId)) ?? 0) + 1)
  }
  requireUnique(
    resumption.map(({ groupId, epoch }) => `${keyOf(groupId)} ${epoch}`),
    "an epoch stands twice",
  )
  require(Math.max(0, ...ofGroup.values()) <= RESUMPTION_EPOCHS, "too many epochs of one group")
}

function checkSettings(settings: Uint8Array): void {
  try {
    parse(settings)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    require(false, `settings: ${error.message}`)
  }
}

function requireUnique(keys: readonly string[], otherwise: string): void {
  require(new Set(keys).size === keys.length, otherwise)
}

function writeContact(writer: Writer, pin: ContactPin): void {
  writer
    .raw(pin.accountId)
    .raw(pin.accountPublic)
    .u8(pin.verified ? 1 : 0)
}

function writeArchive(writer: Writer, { archive, end }: KeptArchive): void {
  writer
    .raw(archive.conversation)
    .raw(archive.writer)
    .u64(archive.period)
    .raw(archive.key)
    .raw(archive.firstBlob)
    .u32(end.pieces)
    .raw(end.last)
    .raw(end.nextBlob)
}

function writeResumption(writer: Writer, kept: ResumptionSecret): void {
  writer.opaque(kept.groupId).u64(kept.epoch).raw(kept.secret)
}

function read(reader: Reader): AccountRecord {
  if (reader.u8() !== VERSION) throw new FormatError("mls.decode", "account record is of another version")
  return {
    accountId: reader.raw(ID_BYTES),
    accountPrivate: reader.raw(KEY_BYTES),
    deviceList: reader.opaque(),
    contacts: reader.vector(readContact),
    archives: reader.vector(readArchive),
    resumption: reader.vector(readResumption),
    settings: reader.opaque(),
  }
}

function readContact(reader: Reader): ContactPin {
  const [accountId, accountPublic, verified] = [reader.raw(ID_BYTES), reader.raw(KEY_BYTES), reader.u8()]
  if (verified > 1) throw new FormatError("mls.decode", "verified is neither 0 nor 1")
  return { accountId, accountPublic, verified: verified === 1 }
}

function readArchive(reader: Reader): KeptArchive {
  return {
    archive: {
      conversation: reader.raw(ID_BYTES),
      writer: reader.raw(ID_BYTES),
      period: reader.u64(),
      key: reader.raw(HISTORY_KEY_BYTES),
      firstBlob: reader.raw(ID_BYTES),
    },
    end: { pieces: reader.u32(), last: reader.raw(HASH_BYTES), nextBlob: reader.raw(ID_BYTES) },
  }
}

function readResumption(reader: Reader): ResumptionSecret {
  return { groupId: reader.opaque(), epoch: reader.u64(), secret: reader.raw(HASH_BYTES) }
}
