/**
 * Accounts as people compare them: safety number, its QR code, circle code.
 *
 *     d = SHA-512("MentalVerse safety v1" ‖ account_id ‖ account_public)
 *     number of an account = six groups of five digits, from six 5-octet big-endian
 *                            slices of d, each modulo 100,000
 *     number of a pair     = both accounts' numbers in ascending order
 *     QR code of a pair    = version octet ‖ first 32 octets of both d, ascending
 *
 * The number is over account keys, so that a further device changes nothing that people
 * have compared; the order makes both screens show the same.
 */

import { sha512 } from "@noble/hashes/sha2.js"
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { compare, equal } from "../octets"
import { KEY_BYTES } from "./ed25519"
import { FormatError } from "./errors"
import { ID_BYTES, require } from "./requests"

/** Decimal digits of one account's number: about 99 bits. */
export const SAFETY_DIGITS = 30

const SAFETY_LABEL = utf8ToBytes("MentalVerse safety v1")
const QR_VERSION = 1
const QR_DIGEST_BYTES = 32
const SLICE_BYTES = 5
const SLICE_DIGITS = 5
const NUMBER_BYTES = (SAFETY_DIGITS / SLICE_DIGITS) * SLICE_BYTES

/** What identifies an account to another person's device. */
export interface AccountIdentity {
  readonly accountId: Uint8Array
  /** Ed25519 public key. */
  readonly accountPublic: Uint8Array
}

/** The identity of these octets; `mls.state.invalid_request` unless they are 16 and 32. */
export function accountIdentity(accountId: Uint8Array, accountPublic: Uint8Array): AccountIdentity {
  require(accountId.length === ID_BYTES, "an account id has 16 octets")
  require(accountPublic.length === KEY_BYTES, "an account key has 32 octets")
  return { accountId, accountPublic }
}

/** `d`, 64 octets. */
export function digestOf(account: AccountIdentity): Uint8Array {
  const { accountId, accountPublic } = accountIdentity(account.accountId, account.accountPublic)
  return sha512(concatBytes(SAFETY_LABEL, accountId, accountPublic))
}

/** The account's 30 digits. */
export function safetyNumber(account: AccountIdentity): string {
  return digits(digestOf(account))
}

/** The 60 digits that two people read to each other, whoever comes first. */
export function pairSafetyNumber(one: AccountIdentity, other: AccountIdentity): string {
  return [safetyNumber(one), safetyNumber(other)].sort().join("")
}

/** The 65 octets that both devices show as a QR code. */
export function qrPayload(one: AccountIdentity, other: AccountIdentity): Uint8Array {
  const digests = [one, other].map((each) => digestOf(each).slice(0, QR_DIGEST_BYTES)).sort(compare)
  return concatBytes(new Uint8Array([QR_VERSION]), ...digests)
}

/** Whether a scanned code is that of this pair; `mls.unsupported` if it is none of ours. */
export function qrMatches(scanned: Uint8Array, one: AccountIdentity, other: AccountIdentity): boolean {
  if (scanned[0] !== QR_VERSION) {
    throw new FormatError("mls.unsupported", "not a safety code of a known version")
  }
  return equal(scanned, qrPayload(one, other))
}

/** The 30 digits that all members of a group see in one epoch (RFC 9420 §8.7). */
export function circleCode(epochAuthenticator: Uint8Array): string {
  require(epochAuthenticator.length >= NUMBER_BYTES, "an epoch authenticator has at least 30 octets")
  return digits(epochAuthenticator)
}

/** Digits as people read them: groups of five between spaces. */
export function grouped(text: string): string {
  return text.match(/.{1,5}/gs)?.join(" ") ?? ""
}

function digits(octets: Uint8Array): string {
  let text = ""
  for (let at = 0; at < NUMBER_BYTES; at += SLICE_BYTES) {
    const value = octets.slice(at, at + SLICE_BYTES).reduce((sum, octet) => sum * 256 + octet, 0)
    text += String(value % 10 ** SLICE_DIGITS).padStart(SLICE_DIGITS, "0")
  }
  return text
}
