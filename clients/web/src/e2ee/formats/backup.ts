/**
 * The backup of an account: one sealed `account-record`, opened by any of its slots.
 *
 *     struct {
 *         opaque magic[4] = "MVBK";
 *         uint8  version = 1;
 *         opaque account_id[16];
 *         uint64 counter;
 *         KeySlot slots<V>;                   1 to 6, see `key-slots`
 *         opaque nonce[24];
 *         opaque sealed<V>;                   XChaCha20-Poly1305, all above as AAD
 *         opaque signature[64];               Ed25519, the account's key
 *     } Backup;
 *
 * The key is drawn anew for every backup. A device keeps its slots, with the keys that wrap, in
 * its sealed store: it writes the next backup without asking for words, and a slot that it lets
 * go opens no later one.
 *
 * The account's key signs "MentalVerse backup v1" and everything before the signature. A device
 * that knows the account's public key verifies before it does any work, so that nobody makes it
 * run Argon2id, or try the secret, on slots of their own. A device that knows only the words asks
 * the transparency log for that key. It then finds the private one in the record: that one must
 * have made the signature and must belong to the public key it was told of, and the record must
 * name the account of the envelope.
 *
 * A backup below a counter that was reached is refused. A device that knows of none can be given
 * an old backup: then its device list is older than the one in the log, and that is what shows it.
 */

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js"
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { equal, padded } from "../octets"
import { type AccountRecord, decodeRecord, encodeRecord } from "./account-record"
import type { Stretch } from "./argon2"
import { decode, MAX_U64, Reader, Writer } from "./codec"
import { KEY_BYTES, SIGNATURE_BYTES, sign, signatureKeyPair, verifies } from "./ed25519"
import { type FormatCode, FormatError } from "./errors"
import {
  type BackupSecret,
  checkKinds,
  readSlot,
  type Slot,
  unwrap,
  unwrapWith,
  wrap,
  type WrappedKey,
} from "./key-slots"
import { ID_BYTES, type Rng, require } from "./requests"

/** Longest envelope. */
export const MAX_BACKUP_BYTES = 512 * 1024

const MAGIC = utf8ToBytes("MVBK")
const VERSION = 1
const NONCE_BYTES = 24
const SIGNATURE_LABEL = utf8ToBytes("MentalVerse backup v1")
const PAD_BYTES = 16 * 1024

/** What a backup held, and the slot that opened it. */
export interface OpenedBackup {
  readonly record: AccountRecord
  readonly counter: bigint
  /** Others have to be made anew: what they need is not in the backup. */
  readonly slot: Slot
}

/**
 * The backup of a record; `mls.state.invalid_request` for no slot, too many, two of words or of a
 * passphrase, or a record that is too long.
 * @param counter higher than that of every earlier backup of the account
 */
export function sealBackup(record: AccountRecord, slots: readonly Slot[], counter: bigint, rng: Rng): Uint8Array {
  require(counter >= 0n && counter <= MAX_U64, "the counter does not fit 64 bits")
  checkKinds(slots.map((slot) => slot.kind))
  const content = new Writer().opaque(encodeRecord(record)).octets()
  const key = rng(KEY_BYTES)
  const envelope = new Writer().raw(MAGIC).u8(VERSION).raw(record.accountId).u64(counter)
  envelope.vector(slots, (writer, slot) => wrap(writer, slot, key, record.accountId, rng))
  const header = envelope.octets()
  const plaintext = padded(content, Math.ceil(content.length / PAD_BYTES) * PAD_BYTES)
  const nonce = rng(NONCE_BYTES)
  envelope.raw(nonce).opaque(xchacha20poly1305(key, nonce, header).encrypt(plaintext))
  const signature = sign(signatureKeyPair(record.accountPrivate), concatBytes(SIGNATURE_LABEL, envelope.octets()))
  const octets = envelope.raw(signature).octets()
  require(octets.length <= MAX_BACKUP_BYTES, "the record is too long")
  return octets
}

/**
 * What a backup holds. `backup.malformed` when it is not of this version or of absurd cost,
 * `backup.forged`, `backup.locked` when no slot opens with this secret, `backup.damaged` when one
 * did and the content does not, `backup.rolled_back`; `keystore.out_of_memory`.
 */
export async function openBackup(
  envelope: Uint8Array,
  secret: BackupSecret,
  known: {
    /**
     * The account's key as this device pinned it or, on a device that knows nothing, as the
     * transparency log has it. Undefined only for a caller that compares the record with the log
     * afterwards.
     */
    readonly accountPublic: Uint8Array | undefined
    /** The highest counter known to have been reached. */
    readonly minimumCounter?: bigint
  },
  stretch: Stretch,
): Promise<OpenedBackup> {
  const stored = readEnvelope(envelope)
  const { accountPublic, minimumCounter = 0n } = known
  if (accountPublic !== undefined) verify(stored, accountPublic)
  for (const candidate of stored.slots) {
    const unlocked = await unwrap(candidate, secret, stored.accountId, stretch)
    if (unlocked !== undefined) return opened(stored, unlocked.slot, unlocked.key, accountPublic, minimumCounter)
  }
  throw refused("backup.locked", "no key slot opens with this secret")
}

/**
 * What another device of the account wrote, by a slot that this one keeps. Refuses as `openBackup`
 * does; `backup.locked` when the slot is not in it: the account has new secrets.
 * @param minimumCounter the lowest counter that is news to this device
 */
export function reopenBackup(
  envelope: Uint8Array,
  slot: Slot,
  accountPublic: Uint8Array,
  minimumCounter: bigint,
): OpenedBackup {
  const stored = readEnvelope(envelope)
  verify(stored, accountPublic)
  for (const candidate of stored.slots) {
    const key = unwrapWith(candidate, slot, stored.accountId)
    if (key !== undefined) return opened(stored, slot, key, accountPublic, minimumCounter)
  }
  throw refused("backup.locked", "the slot is not in this backup")
}

interface Stored {
  readonly accountId: Uint8Array
  readonly counter: bigint
  readonly slots: readonly WrappedKey[]
  readonly header: Uint8Array
  readonly nonce: Uint8Array
  readonly sealed: Uint8Array
  readonly signed: Uint8Array
  readonly signature: Uint8Array
}

function opened(
  stored: Stored,
  slot: Slot,
  key: Uint8Array,
  accountPublic: Uint8Array | undefined,
  minimumCounter: bigint,
): OpenedBackup {
  const record = openRecord(stored, key)
  const found = signatureKeyPair(record.accountPrivate).public
  if (accountPublic !== undefined && !equal(accountPublic, found)) {
    throw refused("backup.forged", "the record is of another account key")
  }
  if (!equal(record.accountId, stored.accountId)) throw refused("backup.forged", "the record is of another account")
  verify(stored, found)
  if (stored.counter < minimumCounter) throw refused("backup.rolled_back", "the backup is older than a known one")
  return { record, counter: stored.counter, slot }
}

function openRecord({ sealed, header, nonce }: Stored, key: Uint8Array): AccountRecord {
  let plaintext: Uint8Array
  try {
    plaintext = xchacha20poly1305(key, nonce, header).decrypt(sealed)
  } catch {
    throw refused("backup.damaged", "the content does not authenticate")
  }
  return malformedOr(() => {
    const reader = new Reader(plaintext)
    const record = decodeRecord(reader.opaque())
    reader.endPadding()
    return record
  })
}

function verify({ signed, signature }: Stored, accountPublic: Uint8Array): void {
  if (!verifies(accountPublic, concatBytes(SIGNATURE_LABEL, signed), signature)) {
    throw refused("backup.forged", "the account's signature does not verify")
  }
}

function readEnvelope(envelope: Uint8Array): Stored {
  if (envelope.length > MAX_BACKUP_BYTES) throw refused("backup.malformed", "the backup is too long")
  return malformedOr(() => {
    const stored = decode((reader) => read(reader, envelope), envelope)
    checkKinds(stored.slots.map((slot) => slot.kind))
    return stored
  })
}

function read(reader: Reader, envelope: Uint8Array): Stored {
  const soFar = () => envelope.subarray(0, envelope.length - reader.remaining)
  if (!equal(reader.raw(MAGIC.length), MAGIC) || reader.u8() !== VERSION) {
    throw refused("mls.decode", "not a backup of a known version")
  }
  const [accountId, counter] = [reader.raw(ID_BYTES), reader.u64()]
  const [slots, header] = [reader.vector(readSlot), soFar()]
  const [nonce, sealed] = [reader.raw(NONCE_BYTES), reader.opaque()]
  const [signed, signature] = [soFar(), reader.raw(SIGNATURE_BYTES)]
  return { accountId, counter, slots, header, nonce, sealed, signed, signature }
}

function malformedOr<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw refused("backup.malformed", error.message)
  }
}

function refused(code: FormatCode, message: string): FormatError {
  return new FormatError(code, message)
}
