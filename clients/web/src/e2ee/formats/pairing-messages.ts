/**
 * The messages by which a device is added, and what both make of them.
 *
 *     struct { uint8 version = 1; uint16 suite; opaque device_id[16];
 *              opaque signature_key[32]; opaque hpke_public<V>;
 *              opaque commitment[32]; } PairingOffer;
 *     struct { uint8 version = 1; opaque account_id[16]; opaque account_public[32];
 *              opaque nonce[32]; } PairingAnswer;
 *     struct { uint8 version = 1; opaque nonce[32]; } PairingReveal;
 *     struct { opaque credential<V>; opaque record<V>; } PairingGrant;
 *
 *     invitation = mailbox[16] ‖ SHA-256("MentalVerse pairing offer v1" ‖ offer)[32]
 *                  ‖ secret[32]
 *     commitment = SHA-256("MentalVerse pairing nonce v1" ‖ nonce)
 *     transcript = SHA-256("MentalVerse pairing v1" ‖ mailbox ‖ secret
 *                          ‖ offer<V> ‖ answer<V> ‖ reveal<V>)
 *     code       = HMAC-SHA256(transcript, "MentalVerse pairing code v1"), its first
 *                  8 octets big-endian, modulo 1,000,000
 *
 * How they are used, and against whom, is told in `pairing`. What is not of this version is
 * `pairing.malformed`.
 */

import { equalBytes } from "@noble/ciphers/utils.js"
import { hmac } from "@noble/hashes/hmac.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { readSuite } from "../hpke"
import { type AccountRecord, decodeRecord, encodeRecord } from "./account-record"
import * as base64url from "./base64url"
import { decode, Reader, Writer } from "./codec"
import { KEY_BYTES } from "./ed25519"
import { FormatError } from "./errors"
import type { AccountIdentity } from "./identity"
import { HASH_BYTES, ID_BYTES } from "./requests"
import { parted } from "./text"

/** Length of a mailbox's id. */
export const MAILBOX_ID_BYTES = 16
/** Length of either device's nonce. */
export const NONCE_BYTES = 32
/** Length of the invitation's secret. */
export const SECRET_BYTES = 32
/** How many digits a person compares. */
export const CODE_DIGITS = 6

const PREFIX = "mentalverse-device:1:"
const VERSION = 1
const OFFER_LABEL = utf8ToBytes("MentalVerse pairing offer v1")
const NONCE_LABEL = utf8ToBytes("MentalVerse pairing nonce v1")
const TRANSCRIPT_LABEL = utf8ToBytes("MentalVerse pairing v1")
const CODE_LABEL = utf8ToBytes("MentalVerse pairing code v1")

/** What the new device shows and the old one scans. */
export interface Invitation {
  /** 16 random octets: where both leave their messages. */
  readonly mailbox: Uint8Array
  readonly offerHash: Uint8Array
  readonly secret: Uint8Array
}

/** The new device's first message. */
export interface PairingOffer {
  /** What the grant is sealed with. */
  readonly suite: number
  readonly deviceId: Uint8Array
  /** Of the new device's leaves. */
  readonly signatureKey: Uint8Array
  readonly hpkePublic: Uint8Array
  readonly commitment: Uint8Array
}

/** The old device's first message. */
export interface PairingAnswer {
  readonly account: AccountIdentity
  readonly nonce: Uint8Array
}

/** What the old device hands over. */
export interface PairingGrant {
  /** The new device's credential, signed by account and service. */
  readonly credential: Uint8Array
  readonly record: AccountRecord
}

/** The invitation as a QR code holds it: 128 characters. */
export function invitationText({ mailbox, offerHash, secret }: Invitation): string {
  return PREFIX + base64url.encode(concatBytes(mailbox, offerHash, secret))
}

/** The invitation that was scanned or typed. */
export function parseInvitation(text: string): Invitation {
  const stripped = parted(text).join("")
  if (!stripped.startsWith(PREFIX)) throw malformed("not an invitation of this version")
  return malformedOr(() => decode(readInvitation, base64url.decode(stripped.slice(PREFIX.length))))
}

/** Check that an offer is the one of an invitation: `pairing.altered`. */
export function checkOffer(invitation: Invitation, offer: Uint8Array): void {
  if (!equalBytes(offerHash(offer), invitation.offerHash)) throw altered("not the offer of this invitation")
}

/** Check that a nonce is the one that an offer committed to: `pairing.altered`. */
export function checkNonce(offer: PairingOffer, nonce: Uint8Array): void {
  if (!equalBytes(commitmentTo(nonce), offer.commitment)) throw altered("not the nonce that was committed to")
}

export function encodeOffer(offer: PairingOffer): Uint8Array {
  return new Writer()
    .u8(VERSION)
    .u16(offer.suite)
    .raw(offer.deviceId)
    .raw(offer.signatureKey)
    .opaque(offer.hpkePublic)
    .raw(offer.commitment)
    .octets()
}

export function decodeOffer(octets: Uint8Array): PairingOffer {
  return malformedOr(() => decode(readOffer, octets))
}

export function encodeAnswer({ account, nonce }: PairingAnswer): Uint8Array {
  return new Writer().u8(VERSION).raw(account.accountId).raw(account.accountPublic).raw(nonce).octets()
}

export function decodeAnswer(octets: Uint8Array): PairingAnswer {
  return malformedOr(() => decode(readAnswer, octets))
}

/** The new device's second message, which says its nonce. */
export function encodeReveal(nonce: Uint8Array): Uint8Array {
  return new Writer().u8(VERSION).raw(nonce).octets()
}

/** The nonce of the new device's second message. */
export function decodeReveal(octets: Uint8Array): Uint8Array {
  return malformedOr(() => decode(readReveal, octets))
}

/** The structure before it is sealed: it is secret. */
export function encodeGrant({ credential, record }: PairingGrant): Uint8Array {
  return new Writer().opaque(credential).opaque(encodeRecord(record)).octets()
}

/** The structure after it was opened. */
export function decodeGrant(octets: Uint8Array): PairingGrant {
  return malformedOr(() => decode(readGrant, octets))
}

/** What an invitation says of an encoded offer. */
export function offerHash(offer: Uint8Array): Uint8Array {
  return sha256(concatBytes(OFFER_LABEL, offer))
}

/** What an offer says of a nonce. */
export function commitmentTo(nonce: Uint8Array): Uint8Array {
  return sha256(concatBytes(NONCE_LABEL, nonce))
}

/** Everything both devices must agree on, as 32 octets; all messages as they were encoded. */
export function transcriptOf(
  invitation: Invitation,
  offer: Uint8Array,
  answer: Uint8Array,
  reveal: Uint8Array,
): Uint8Array {
  const said = new Writer().opaque(offer).opaque(answer).opaque(reveal).octets()
  return sha256(concatBytes(TRANSCRIPT_LABEL, invitation.mailbox, invitation.secret, said))
}

/** The digits of a transcript. */
export function codeOf(transcript: Uint8Array): string {
  const number = new Reader(hmac(sha256, transcript, CODE_LABEL)).u64()
  return String(number % 10n ** BigInt(CODE_DIGITS)).padStart(CODE_DIGITS, "0")
}

function readInvitation(reader: Reader): Invitation {
  return {
    mailbox: reader.raw(MAILBOX_ID_BYTES),
    offerHash: reader.raw(HASH_BYTES),
    secret: reader.raw(SECRET_BYTES),
  }
}

function readOffer(reader: Reader): PairingOffer {
  readVersion(reader)
  return {
    suite: readSuite(reader),
    deviceId: reader.raw(ID_BYTES),
    signatureKey: reader.raw(KEY_BYTES),
    hpkePublic: reader.opaque(),
    commitment: reader.raw(HASH_BYTES),
  }
}

function readAnswer(reader: Reader): PairingAnswer {
  readVersion(reader)
  const account = { accountId: reader.raw(ID_BYTES), accountPublic: reader.raw(KEY_BYTES) }
  return { account, nonce: reader.raw(NONCE_BYTES) }
}

function readReveal(reader: Reader): Uint8Array {
  readVersion(reader)
  return reader.raw(NONCE_BYTES)
}

function readGrant(reader: Reader): PairingGrant {
  return { credential: reader.opaque(), record: decodeRecord(reader.opaque()) }
}

function readVersion(reader: Reader): void {
  if (reader.u8() !== VERSION) throw new FormatError("mls.decode", "a message of another version")
}

function malformedOr<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw malformed(error.message)
  }
}

function malformed(message: string): FormatError {
  return new FormatError("pairing.malformed", message)
}

function altered(message: string): FormatError {
  return new FormatError("pairing.altered", message)
}
