/**
 * Key slots: the ways to open one backup, each wrapping the same key.
 *
 *     struct {
 *         uint8  kind;                        words(1), passphrase(2), secret(3)
 *         select (kind) {
 *             case words, passphrase: uint32 passes; uint32 memory_kibibytes;
 *             case secret:            nothing
 *         };
 *         opaque salt[16];
 *         opaque nonce[24];
 *         opaque wrapped[48];                 XChaCha20-Poly1305 of the backup's key
 *     } KeySlot;
 *
 * Words and passphrase go through Argon2id (RFC 9106), a secret such as the PRF output of a
 * passkey through HKDF-SHA256 (RFC 5869). Recovery words are 256 random bits: the cost is no
 * protection they need. A passphrase lives by it, because whoever has a copy of the backup
 * guesses at leisure.
 */

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js"
import { expand, extract } from "@noble/hashes/hkdf.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { type Argon2Cost, checkCost, INTERACTIVE, SALT_BYTES, type Stretch } from "./argon2"
import { type Reader, Writer } from "./codec"
import { FormatError } from "./errors"
import { type Rng, require, utf8 } from "./requests"
import { ENTROPY_BYTES } from "./words"

/** Most slots: words, a passphrase, and passkeys. */
export const MAX_SLOTS = 6
/** 256 MiB: what a stolen backup costs per guess. */
export const PASSPHRASE_COST: Argon2Cost = { passes: 3, memoryKibibytes: 256 * 1024 }

const KEY_BYTES = 32
const NONCE_BYTES = 24
const WRAPPED_BYTES = KEY_BYTES + 16
const LABEL = new TextEncoder().encode("MentalVerse backup slot v1")

/**
 * What opens a slot: recovery words; something somebody remembers; 32 octets that a device
 * has, such as the PRF output of a passkey.
 */
export type SlotKind = "words" | "passphrase" | "secret"

const KINDS: readonly SlotKind[] = ["words", "passphrase", "secret"]

/** What somebody has to open a backup; made by one of the functions below. */
export interface BackupSecret {
  readonly kind: SlotKind
  readonly octets: Uint8Array
}

/** Recovery words, as `toEntropy` reads them. */
export function wordsSecret(entropy: Uint8Array): BackupSecret {
  require(entropy.length === ENTROPY_BYTES, "recovery words stand for 32 octets")
  return { kind: "words", octets: entropy }
}

/** A passphrase; how its accents were composed makes no difference (RFC 8265 §4.2). */
export function passphraseSecret(passphrase: string): BackupSecret {
  require(passphrase !== "", "the passphrase is empty")
  return { kind: "passphrase", octets: utf8(passphrase.normalize("NFC"), "the passphrase is not Unicode text") }
}

/** 32 octets that only one device can produce. */
export function deviceSecret(secret: Uint8Array): BackupSecret {
  require(secret.length === KEY_BYTES, "a device's secret has 32 octets")
  return { kind: "secret", octets: secret }
}

/** What is said of a slot in a backup and kept of it in a device. */
interface SlotHeader {
  readonly kind: SlotKind
  /** Undefined for a secret that needs no stretching. */
  readonly cost: Argon2Cost | undefined
  readonly salt: Uint8Array
}

/** One way to open an account's backups, as a device keeps it. */
export interface Slot extends SlotHeader {
  /** Wraps the key of every backup. */
  readonly key: Uint8Array
}

/** A slot as it stands in a backup. */
export interface WrappedKey extends SlotHeader {
  readonly nonce: Uint8Array
  readonly wrapped: Uint8Array
}

/**
 * A slot for a secret.
 * @param cost of Argon2id for words (by default `INTERACTIVE`) and for a passphrase (by
 *   default `PASSPHRASE_COST`); ignored for a device's secret
 */
export function newSlot(secret: BackupSecret, rng: Rng, stretch: Stretch, cost?: Argon2Cost): Promise<Slot> {
  const usual = { words: INTERACTIVE, passphrase: PASSPHRASE_COST, secret: undefined }[secret.kind]
  return derive(secret, usual && checkCost(cost ?? usual), rng(SALT_BYTES), stretch)
}

/** Write a backup's key in a slot. */
export function wrap(writer: Writer, slot: Slot, key: Uint8Array, accountId: Uint8Array, rng: Rng): void {
  const nonce = rng(NONCE_BYTES)
  const wrapped = xchacha20poly1305(slot.key, nonce, bound(slot, accountId)).encrypt(key)
  writer.raw(header(slot)).raw(nonce).raw(wrapped)
}

/** The slot and the key it wraps; undefined when it is not of this secret. */
export async function unwrap(
  stored: WrappedKey,
  secret: BackupSecret,
  accountId: Uint8Array,
  stretch: Stretch,
): Promise<{ slot: Slot; key: Uint8Array } | undefined> {
  if (stored.kind !== secret.kind) return undefined
  const slot = await derive(secret, stored.cost, stored.salt, stretch)
  const key = unwrapWith(stored, slot, accountId)
  return key && { slot, key }
}

/** The key that a kept slot wraps; undefined when it is another slot. */
export function unwrapWith(stored: WrappedKey, slot: Slot, accountId: Uint8Array): Uint8Array | undefined {
  try {
    return xchacha20poly1305(slot.key, stored.nonce, bound(stored, accountId)).decrypt(stored.wrapped)
  } catch {
    return undefined
  }
}

/** A slot from the wire: `mls.decode`, or `mls.state.invalid_request` for an absurd cost. */
export function readSlot(reader: Reader): WrappedKey {
  const kind = KINDS[reader.u8() - 1]
  if (kind === undefined) throw new FormatError("mls.decode", "a key slot of an unknown kind")
  const cost = kind === "secret" ? undefined : checkCost({ passes: reader.u32(), memoryKibibytes: reader.u32() })
  return {
    kind,
    cost,
    salt: reader.raw(SALT_BYTES),
    nonce: reader.raw(NONCE_BYTES),
    wrapped: reader.raw(WRAPPED_BYTES),
  }
}

/** Check which slots stand together in a backup. */
export function checkKinds(kinds: readonly SlotKind[]): void {
  // Each slot of words or a passphrase is a run of Argon2id for whoever opens.
  require(kinds.length >= 1 && kinds.length <= MAX_SLOTS, "a backup has 1 to 6 key slots")
  for (const kind of ["words", "passphrase"]) {
    require(kinds.filter((each) => each === kind).length <= 1, "a backup has one slot of this kind")
  }
}

async function derive(
  secret: BackupSecret,
  cost: Argon2Cost | undefined,
  salt: Uint8Array,
  stretch: Stretch,
): Promise<Slot> {
  const { kind, octets } = secret
  const master = cost === undefined ? extract(sha256, octets, salt) : await stretch(octets, salt, cost)
  const info = new Writer().raw(LABEL).u8(numberOf(kind)).octets()
  return { kind, cost, salt, key: expand(sha256, master, info, KEY_BYTES) }
}

function bound(slot: SlotHeader, accountId: Uint8Array): Uint8Array {
  return new Writer().raw(LABEL).raw(accountId).raw(header(slot)).octets()
}

function header({ kind, cost, salt }: SlotHeader): Uint8Array {
  const writer = new Writer().u8(numberOf(kind))
  if (cost !== undefined) writer.u32(cost.passes).u32(cost.memoryKibibytes)
  return writer.raw(salt).octets()
}

function numberOf(kind: SlotKind): number {
  return KINDS.indexOf(kind) + 1
}
