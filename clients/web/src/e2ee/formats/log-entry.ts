/**
 * The entries of the transparency log: which keys a service has shown for whom.
 *
 *     enum { account(1), as_key(2), bundle(3), report_key(4) } EntryKind;
 *
 *     struct {
 *         uint8  version = 1;
 *         EntryKind kind;
 *         uint64 seq;                     place in the log, from 0
 *         opaque tag[32];
 *         opaque public_key[32];          of the account or service, else zeros
 *         opaque content_hash[32];        of the device list, bundle or report key
 *         uint64 counter;
 *         uint64 time;                    Unix milliseconds
 *     } LogEntry;                         122 octets
 *
 *     tag of an account = SHA-256("MentalVerse log v1" ‖ account_id)
 *
 * The tag hides the account from whoever does not know its id. An account has one tag, so
 * that its owner and its contacts look at the same entries.
 */

import { sha256 } from "@noble/hashes/sha2.js"
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { equal } from "../octets"
import { decode as decodeStructure, type Reader, Writer } from "./codec"
import { type DeviceList, hashOf } from "./device-list"
import { KEY_BYTES } from "./ed25519"
import { FormatError } from "./errors"
import * as merkle from "./merkle"
import { HASH_BYTES } from "./requests"

/** The only version of entries. */
export const VERSION = 1

const ACCOUNT_LABEL = utf8ToBytes("MentalVerse log v1")
const NOTHING = new Uint8Array(HASH_BYTES)
const KINDS = ["account", "as_key", "bundle", "report_key"] as const

/** The tag of all keys of the authentication service. */
export const AS_KEYS_TAG = sha256(utf8ToBytes("MentalVerse log AS keys v1"))
/** The tag of all builds of the web client. */
export const BUNDLES_TAG = sha256(utf8ToBytes("MentalVerse log bundles v1"))
/** The tag of all keys that reports are sealed to. */
export const REPORT_KEYS_TAG = sha256(utf8ToBytes("MentalVerse log report keys v1"))

/**
 * What an entry is about: an account's key and device list, a key that signs device
 * credentials, a build of the web client, or a key that reports are sealed to.
 */
export type EntryKind = (typeof KINDS)[number]

/** One entry; `seq` is its place in the log. */
export interface LogEntry {
  readonly kind: EntryKind
  readonly seq: bigint
  readonly tag: Uint8Array
  readonly publicKey: Uint8Array
  readonly contentHash: Uint8Array
  /** Of the device list; the number of the key or build. */
  readonly counter: bigint
  /** Unix milliseconds, by the clock of the service. */
  readonly timeMs: bigint
}

export function encode(entry: LogEntry): Uint8Array {
  return new Writer()
    .u8(VERSION)
    .u8(KINDS.indexOf(entry.kind) + 1)
    .u64(entry.seq)
    .raw(entry.tag)
    .raw(entry.publicKey)
    .raw(entry.contentHash)
    .u64(entry.counter)
    .u64(entry.timeMs)
    .octets()
}

/** The entry that `data` holds. `mls.decode`. */
export function decode(data: Uint8Array): LogEntry {
  return decodeStructure(read, data)
}

/** Its hash in the tree. */
export function leafHash(entry: LogEntry): Uint8Array {
  return merkle.leafHash(encode(entry))
}

/** The tag of an account's entries. */
export function tagOf(accountId: Uint8Array): Uint8Array {
  return sha256(concatBytes(ACCOUNT_LABEL, accountId))
}

/** Check that an entry records this device list. `log.wrong`. */
export function checkAccountEntry(entry: LogEntry, list: DeviceList): void {
  const recorded =
    entry.kind === "account" &&
    equal(entry.tag, tagOf(list.accountId)) &&
    equal(entry.publicKey, list.accountPublic) &&
    equal(entry.contentHash, hashOf(list)) &&
    entry.counter === list.counter
  if (!recorded) throw new FormatError("log.wrong", "the entry records another device list")
}

/**
 * Whether an entry records this key that reports are sealed to, whatever its number: its
 * content hash is SHA-256(uint16 suite ‖ public).
 */
export function recordsReportKey(entry: LogEntry, suite: number, reportPublic: Uint8Array): boolean {
  const hashed = sha256(new Writer().u16(suite).raw(reportPublic).octets())
  return (
    entry.kind === "report_key" &&
    equal(entry.tag, REPORT_KEYS_TAG) &&
    equal(entry.publicKey, NOTHING) &&
    equal(entry.contentHash, hashed)
  )
}

function read(reader: Reader): LogEntry {
  if (reader.u8() !== VERSION) throw new FormatError("mls.decode", "log entry is of another version")
  return {
    kind: readKind(reader),
    seq: reader.u64(),
    tag: reader.raw(HASH_BYTES),
    publicKey: reader.raw(KEY_BYTES),
    contentHash: reader.raw(HASH_BYTES),
    counter: reader.u64(),
    timeMs: reader.u64(),
  }
}

function readKind(reader: Reader): EntryKind {
  const kind = KINDS[reader.u8() - 1]
  if (kind === undefined) throw new FormatError("mls.decode", "log entry is of an unknown kind")
  return kind
}
