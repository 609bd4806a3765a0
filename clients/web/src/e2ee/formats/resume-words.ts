/**
 * Resume words: five words by which a guest comes back to its place.
 *
 *     words    five of the list's 2,048, each drawn by itself: 55 bits
 *     salt   = the first 16 octets of SHA-256("MentalVerse resume words v1" ‖ server id)
 *     root   = Argon2id(words with single spaces between, salt), 2 passes, 64 MiB
 *     lookup = HMAC-SHA256(root, "MentalVerse resume lookup v1")
 *     key    = HMAC-SHA256(root, "MentalVerse resume key v1")
 *
 *     struct {
 *         uint8  version = 1;
 *         opaque nonce[24];
 *         opaque sealed[64];     XChaCha20-Poly1305 under key, of
 *                                account_id[16] ‖ seed of the account's key[32]
 *     } SealedPlace;             89 octets
 *
 * The server keeps a sealed place and a slow hash of its lookup. What a guess costs is
 * reckoned in `crypto/mentalverse_crypto/resume_words.py`.
 */

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js"
import { hmac } from "@noble/hashes/hmac.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { INTERACTIVE, SALT_BYTES, type Stretch } from "./argon2"
import { decode, type Reader, Writer } from "./codec"
import { FormatError } from "./errors"
import { ID_BYTES, require, type Rng } from "./requests"
import { readWords, wordAt, WORDS } from "./words"

/** How many words a guest is shown. */
export const RESUME_WORD_COUNT = 5

const VERSION = 1
const SEED_BYTES = 32
const NONCE_BYTES = 24
const TAG_BYTES = 16
const SALT_LABEL = new TextEncoder().encode("MentalVerse resume words v1")
const LOOKUP_LABEL = new TextEncoder().encode("MentalVerse resume lookup v1")
const KEY_LABEL = new TextEncoder().encode("MentalVerse resume key v1")

/** What words become, on one server. */
export interface ResumeKeys {
  /** Finds the place; it opens nothing. */
  readonly lookup: Uint8Array
  /** Opens the place. */
  readonly key: Uint8Array
}

/** Whose place it is, and what signs a device into it. */
export interface Place {
  readonly accountId: Uint8Array
  /** Seed of the account's Ed25519 key. */
  readonly accountPrivate: Uint8Array
}

/** Five words that nobody has seen. */
export async function newResumeWords(random: Rng): Promise<string[]> {
  const words: string[] = []
  while (words.length < RESUME_WORD_COUNT) {
    const [high = 0, low = 0] = random(2)
    // 2,048 divides 2^16: every word is as likely as every other.
    words.push(await wordAt((high * 256 + low) % WORDS))
  }
  return words
}

/**
 * The keys of words as somebody typed them: 64 MiB of work. `words.count`,
 * `words.unknown`, `keystore.out_of_memory`.
 */
export async function deriveResume(typed: string, serverId: Uint8Array, stretch: Stretch): Promise<ResumeKeys> {
  require(serverId.length === ID_BYTES, "a server id has 16 octets")
  const words = (await readWords(typed, RESUME_WORD_COUNT)).join(" ")
  const salt = sha256(new Writer().raw(SALT_LABEL).raw(serverId).octets()).slice(0, SALT_BYTES)
  const root = await stretch(new TextEncoder().encode(words), salt, INTERACTIVE)
  return { lookup: hmac(sha256, root, LOOKUP_LABEL), key: hmac(sha256, root, KEY_LABEL) }
}

/** A place for the server to keep. */
export function sealPlace(keys: ResumeKeys, { accountId, accountPrivate }: Place, random: Rng): Uint8Array {
  require(accountId.length === ID_BYTES, "an account id has 16 octets")
  require(accountPrivate.length === SEED_BYTES, "a seed has 32 octets")
  const nonce = random(NONCE_BYTES)
  const plain = new Writer().raw(accountId).raw(accountPrivate).octets()
  const sealed = xchacha20poly1305(keys.key, nonce, bound()).encrypt(plain)
  return new Writer().u8(VERSION).raw(nonce).raw(sealed).octets()
}

/** The place in what the server gave. `backup.malformed`, `backup.locked`. */
export function openPlace(keys: ResumeKeys, sealed: Uint8Array): Place {
  const { nonce, ciphertext } = readSealed(sealed)
  let plain: Uint8Array
  try {
    plain = xchacha20poly1305(keys.key, nonce, bound()).decrypt(ciphertext)
  } catch {
    throw new FormatError("backup.locked", "the words do not open this place")
  }
  return { accountId: plain.slice(0, ID_BYTES), accountPrivate: plain.slice(ID_BYTES) }
}

function readSealed(sealed: Uint8Array): { nonce: Uint8Array; ciphertext: Uint8Array } {
  try {
    return decode(read, sealed)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw new FormatError("backup.malformed", "not a sealed place")
  }
}

function read(reader: Reader): { nonce: Uint8Array; ciphertext: Uint8Array } {
  if (reader.u8() !== VERSION) throw new FormatError("mls.decode", "a sealed place of another version")
  return { nonce: reader.raw(NONCE_BYTES), ciphertext: reader.raw(ID_BYTES + SEED_BYTES + TAG_BYTES) }
}

function bound(): Uint8Array {
  return new Writer().raw(KEY_LABEL).u8(VERSION).octets()
}
