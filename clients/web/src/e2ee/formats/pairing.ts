/**
 * Adding a device: an old one hands the account over to a new one.
 *
 * The new device shows an invitation as QR code or text. Everything else goes through a mailbox on
 * the server, which may read, alter, drop and invent.
 *
 *     new  invitation  mailbox, hash of the offer, a secret: shown, never sent
 *     new  offer       device id, signature key, HPKE key, commitment to its nonce
 *     old  answer      account id, account key, its nonce
 *     new  reveal      its nonce
 *     both             a code of 6 digits over all of it; a person types the code that the new
 *                      device shows into the old one
 *     old  grant       credential and account record, sealed to the HPKE key
 *
 * Six digits suffice because nobody can search for a match. Whoever stands between runs two
 * pairings, and their codes must be equal. Towards the old device they commit to a nonce before
 * they see the old device's; towards the new device they send theirs before they see the new
 * device's. In whatever order they work, each code is random to them until nothing that goes into
 * it can be changed: one guess in a million per attempt, and a wrong one ends the attempt.
 *
 * Who tries what, and what stops it, is told in `pairing.py`. Codes that differ mean: stop on both
 * devices. The new device opens a grant only after the person has seen the old one take the code.
 *
 * Each step takes the state before it and gives the next one; who stores or shows them is the
 * caller. `pairing.malformed` is what is not of this version, at any step.
 */

import { equalBytes } from "@noble/ciphers/utils.js"
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import {
  encodeCiphertext,
  generateKeyPair,
  type HpkeCiphertext,
  type HpkeKeyPair,
  open,
  readCiphertext,
  seal,
} from "../hpke"
import { equal } from "../octets"
import { X25519_AES128GCM } from "../suites"
import type { AccountRecord } from "./account-record"
import { decode } from "./codec"
import { decode as decodeCredential, type DeviceCredential } from "./credential"
import { KEY_BYTES, signatureKeyPair } from "./ed25519"
import { type FormatCode, FormatError } from "./errors"
import type { AccountIdentity } from "./identity"
import {
  checkNonce,
  checkOffer,
  codeOf,
  commitmentTo,
  decodeAnswer,
  decodeGrant,
  decodeOffer,
  decodeReveal,
  encodeAnswer,
  encodeGrant,
  encodeOffer,
  encodeReveal,
  type Invitation,
  MAILBOX_ID_BYTES,
  NONCE_BYTES,
  offerHash,
  type PairingGrant,
  type PairingOffer,
  SECRET_BYTES,
  transcriptOf,
} from "./pairing-messages"
import { ID_BYTES, type Rng, require } from "./requests"
import { parted } from "./text"

/** Longest sealed grant. */
export const MAX_GRANT_BYTES = 256 * 1024
/** What a grant is sealed with unless the new device asks for another suite. */
export const DEFAULT_SUITE = X25519_AES128GCM

const GRANT_LABEL = utf8ToBytes("MentalVerse pairing grant v1")
const NOTHING = new Uint8Array()

/** The new device while it waits for an answer. */
export interface NewDevice {
  /** Show it. */
  readonly invitation: Invitation
  /** The offer: leave it in the mailbox. */
  readonly message: Uint8Array
  readonly offer: PairingOffer
  readonly hpkeKey: HpkeKeyPair
  readonly nonce: Uint8Array
}

/** The new device while the codes are compared. */
export interface NewDeviceCompared {
  /** Who answered: true only if the codes are equal. */
  readonly account: AccountIdentity
  /** 6 digits: show them. */
  readonly code: string
  /** The reveal: leave it in the mailbox. */
  readonly message: Uint8Array
  readonly offer: PairingOffer
  readonly hpkeKey: HpkeKeyPair
  readonly transcript: Uint8Array
}

/** The old device while it waits for the other's nonce. */
export interface OldDevice {
  readonly invitation: Invitation
  readonly account: AccountIdentity
  /** The answer: leave it in the mailbox. */
  readonly message: Uint8Array
  readonly offer: Uint8Array
}

/** The old device while a person types the other's code. */
export interface OldDeviceCompared {
  readonly account: AccountIdentity
  readonly offer: PairingOffer
  readonly transcript: Uint8Array
}

/** A new device that a person has confirmed: sign a credential for it. */
export interface Approved extends OldDeviceCompared {
  readonly isApproved: true
}

/**
 * New device: what to show, and the offer to leave.
 * @param deviceId 16 random octets, of this device from here on
 * @param signatureKey public signature key of its leaves, 32 octets
 * @param suite what the grant is sealed with
 */
export async function invite(
  deviceId: Uint8Array,
  signatureKey: Uint8Array,
  rng: Rng,
  suite = DEFAULT_SUITE,
): Promise<NewDevice> {
  const isWhole = deviceId.length === ID_BYTES && signatureKey.length === KEY_BYTES
  require(isWhole, "a device id has 16, a signature key 32 octets")
  const hpkeKey = await generateKeyPair(suite, rng)
  const nonce = rng(NONCE_BYTES)
  const offer = { suite, deviceId, signatureKey, hpkePublic: hpkeKey.public, commitment: commitmentTo(nonce) }
  const message = encodeOffer(offer)
  const invitation = { mailbox: rng(MAILBOX_ID_BYTES), offerHash: offerHash(message), secret: rng(SECRET_BYTES) }
  return { invitation, message, offer, hpkeKey, nonce }
}

/** Old device: the answer to leave for the offer that was found; `pairing.altered`. */
export function answer(invitation: Invitation, offer: Uint8Array, account: AccountIdentity, rng: Rng): OldDevice {
  checkOffer(invitation, offer)
  decodeOffer(offer)
  return { invitation, account, message: encodeAnswer({ account, nonce: rng(NONCE_BYTES) }), offer }
}

/**
 * New device: the code to show, and the nonce to leave. One answer for one invitation: to take a
 * second would give whoever stands between a second guess.
 */
export function reveal(device: NewDevice, answered: Uint8Array): NewDeviceCompared {
  const { account } = decodeAnswer(answered)
  const message = encodeReveal(device.nonce)
  const transcript = transcriptOf(device.invitation, device.message, answered, message)
  const { offer, hpkeKey } = device
  return { account, code: codeOf(transcript), message, offer, hpkeKey, transcript }
}

/**
 * Old device: ask for the code that the new one shows. It shows none itself. `pairing.altered`
 * when the nonce is not the one that the offer committed to.
 */
export function compare(device: OldDevice, revealed: Uint8Array): OldDeviceCompared {
  const offer = decodeOffer(device.offer)
  checkNonce(offer, decodeReveal(revealed))
  const transcript = transcriptOf(device.invitation, device.offer, device.message, revealed)
  return { account: device.account, offer, transcript }
}

/**
 * Old device: the code as a person typed it; spaces and hyphens do not matter. One that differs
 * ends the pairing, `pairing.code_differs`: a second try would be a second guess.
 */
export function approve(compared: OldDeviceCompared, typed: string): Approved {
  const digits = new TextEncoder().encode(parted(typed.replaceAll("-", " ")).join(""))
  if (!equalBytes(digits, utf8ToBytes(codeOf(compared.transcript)))) {
    throw refused("pairing.code_differs", "the codes of the two devices differ")
  }
  return { ...compared, isApproved: true }
}

/**
 * Old device: the grant to leave in the mailbox. Resumption secrets stay here: with them the new
 * device would pass for one that the account has had for long.
 *
 * `mls.state.invalid_request` when credential or record are not of this account and device, or the
 * grant is too long; `pairing.malformed` when the new device's key takes no message.
 * @param credential its `DeviceCredential`, signed by account and service
 */
export async function sealGrant(
  approved: Approved,
  credential: Uint8Array,
  record: AccountRecord,
): Promise<Uint8Array> {
  const { account, offer, transcript } = approved
  const grant = { credential, record: { ...record, resumption: [] } }
  const encoded = encodeGrant(grant)
  const mismatch = mismatchOf(grant, account, offer)
  require(mismatch === undefined, mismatch ?? "")
  const info = concatBytes(GRANT_LABEL, transcript)
  let ciphertext: HpkeCiphertext
  try {
    ciphertext = await seal(offer.suite, offer.hpkePublic, info, NOTHING, encoded)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw refused("pairing.malformed", "the new device's key takes no message")
  }
  const sealed = encodeCiphertext(ciphertext)
  require(sealed.length <= MAX_GRANT_BYTES, "the grant is too long")
  return sealed
}

/**
 * New device: what was handed over, once the person has seen the code taken. `pairing.altered`
 * when it was not sealed in this pairing, `pairing.refused` when it is of another account than the
 * one that answered, or of another device. Verify the credential with the service's keys before
 * use.
 */
export async function openGrant(compared: NewDeviceCompared, sealed: Uint8Array): Promise<PairingGrant> {
  if (sealed.length > MAX_GRANT_BYTES) throw refused("pairing.malformed", "the grant is too long")
  const { account, offer, hpkeKey, transcript } = compared
  const info = concatBytes(GRANT_LABEL, transcript)
  let octets: Uint8Array
  try {
    octets = await open(offer.suite, hpkeKey.private, info, NOTHING, decode(readCiphertext, sealed))
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    if (error.code === "mls.decrypt") throw refused("pairing.altered", "the grant is not of this pairing")
    throw refused("pairing.malformed", error.message)
  }
  const grant = decodeGrant(octets)
  const mismatch = mismatchOf(grant, account, offer)
  if (mismatch !== undefined) throw refused("pairing.refused", mismatch)
  return grant
}

/** What in a grant is not of this account and device. */
function mismatchOf(grant: PairingGrant, account: AccountIdentity, offer: PairingOffer): string | undefined {
  const credential = readCredential(grant.credential)
  if (credential === undefined) return "not a device credential"
  const { record } = grant
  const granted = { accountId: record.accountId, accountPublic: signatureKeyPair(record.accountPrivate).public }
  if (!isSame(granted, account) || !isSame(credential, account)) return "the grant is of another account"
  if (!equal(credential.deviceId, offer.deviceId)) return "the credential is of another device"
  return undefined
}

function readCredential(octets: Uint8Array): DeviceCredential | undefined {
  try {
    return decodeCredential(octets)
  } catch {
    return undefined
  }
}

function isSame(one: AccountIdentity, other: AccountIdentity): boolean {
  return equal(one.accountId, other.accountId) && equal(one.accountPublic, other.accountPublic)
}

function refused(code: FormatCode, message: string): FormatError {
  return new FormatError(code, message)
}
