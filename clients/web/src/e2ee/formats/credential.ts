/**
 * The identity of our basic credentials (RFC 9420 §5.3): a device, vouched for twice.
 *
 *     struct {
 *         uint8  version = 1;
 *         uint8  kind;                    member(1), guest(2)
 *         opaque account_id[16];
 *         opaque device_id[16];
 *         opaque account_public[32];      Ed25519
 *         uint64 not_before;              Unix seconds
 *         uint64 not_after;
 *         opaque account_signature<V>;    64 octets
 *         opaque as_key_id[8];            zeros until the AS signed
 *         opaque as_signature<V>;         64 octets, empty until the AS signed
 *     } DeviceCredential;
 *
 *     account signs  "MentalVerse device v1" ‖ version … not_after ‖ signature_key
 *     AS signs       "MentalVerse device v1" ‖ version … as_key_id ‖ signature_key
 *
 * The account and the authentication service (AS) both sign, so that neither alone makes
 * a device that anybody accepts. Both sign the leaf's signature key: a credential cannot
 * be moved onto another leaf. What the AS signs is longer by a signature and a key id, so
 * that neither signature can stand in for the other.
 */

import { sha256 } from "@noble/hashes/sha2.js"
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { equal, keyOf } from "../octets"
import { decode as decodeStructure, type Reader, Writer } from "./codec"
import { KEY_BYTES, SIGNATURE_BYTES, sign as signText, type SignatureKeyPair, verifies } from "./ed25519"
import { FormatError } from "./errors"
import { ID_BYTES, require } from "./requests"
import { whole } from "./times"

/** The only version there is. */
export const VERSION = 1
/** Length of the id of a key of the AS. */
export const AS_KEY_ID_BYTES = 8
const DAY_SECONDS = 24 * 60 * 60
/** How long a credential is made to last; it is renewed below 60 days. */
export const LIFETIME_SECONDS = 365 * DAY_SECONDS
/** How far back `notBefore` is set, for peers whose clocks are behind. */
export const CLOCK_SKEW_SECONDS = 60 * 60
/** Longest span from `notBefore` to `notAfter` that is accepted. */
export const MAX_LIFETIME_SECONDS = LIFETIME_SECONDS + DAY_SECONDS

const LABEL = utf8ToBytes("MentalVerse device v1")
const AS_KEY_LABEL = utf8ToBytes("MentalVerse AS key v1")
const NO_KEY_ID = new Uint8Array(AS_KEY_ID_BYTES)
const NO_SIGNATURE = new Uint8Array(0)
const KIND_NUMBERS = { member: 1, guest: 2 } as const

/** Somebody with an account that lasts, or somebody in a crisis without one. */
export type DeviceKind = keyof typeof KIND_NUMBERS

/** The public keys of the AS by the hex text of their `asKeyId`. */
export type AsKeys = ReadonlyMap<string, Uint8Array>

/** One device of one account, signed by the account and then by the AS. */
export interface DeviceCredential {
  readonly kind: DeviceKind
  readonly accountId: Uint8Array
  readonly deviceId: Uint8Array
  /** Ed25519 public key of the account: compare it with the pinned one. */
  readonly accountPublic: Uint8Array
  /** Unix seconds, inclusive. */
  readonly notBefore: bigint
  /** Unix seconds, inclusive. */
  readonly notAfter: bigint
  readonly accountSignature: Uint8Array
  readonly asKeyId: Uint8Array
  /** Empty while the credential is a request to the AS. */
  readonly asSignature: Uint8Array
}

/** The `identity` of the basic credential. */
export function encode(credential: DeviceCredential): Uint8Array {
  return writeAsSigned(credential).opaque(credential.asSignature).octets()
}

/** The credential that an `identity` holds; nothing is verified. `mls.decode`. */
export function decode(identity: Uint8Array): DeviceCredential {
  return decodeStructure(read, identity)
}

/** The 8 octets that name a public key of the AS. */
export function asKeyId(asPublic: Uint8Array): Uint8Array {
  return sha256(concatBytes(AS_KEY_LABEL, asPublic)).slice(0, AS_KEY_ID_BYTES)
}

/** Keys of the AS as `verify` asks for them. */
export function byKeyId(asPublics: Iterable<Uint8Array>): AsKeys {
  return new Map(Array.from(asPublics, (each) => [keyOf(asKeyId(each)), each]))
}

/**
 * A request to the AS: the device's credential with the account's signature.
 * `signatureKey` is that of the device's leaf. `mls.state.invalid_request` for a length
 * or lifetime that is not allowed.
 */
export function sign(
  accountKey: SignatureKeyPair,
  signatureKey: Uint8Array,
  whose: { readonly kind: DeviceKind; readonly accountId: Uint8Array; readonly deviceId: Uint8Array },
  nowSeconds: number,
  lifetimeSeconds = LIFETIME_SECONDS,
): DeviceCredential {
  require(signatureKey.length === KEY_BYTES, "a signature key has 32 octets")
  require(whose.accountId.length === ID_BYTES, "an account id has 16 octets")
  require(whose.deviceId.length === ID_BYTES, "a device id has 16 octets")
  require(lifetimeSeconds > 0 && lifetimeSeconds <= LIFETIME_SECONDS, "the lifetime is not allowed")
  const unsigned: DeviceCredential = {
    kind: whose.kind,
    accountId: whose.accountId,
    deviceId: whose.deviceId,
    accountPublic: accountKey.public,
    notBefore: whole(nowSeconds - CLOCK_SKEW_SECONDS),
    notAfter: whole(nowSeconds + lifetimeSeconds),
    accountSignature: NO_SIGNATURE,
    asKeyId: NO_KEY_ID,
    asSignature: NO_SIGNATURE,
  }
  return { ...unsigned, accountSignature: signText(accountKey, accountText(unsigned, signatureKey)) }
}

/**
 * Check both signatures and the lifetime. `mls.credential_rejected.expired`,
 * `.unknown_key` or `.unsigned`. Whether `accountPublic` is the account's key is decided
 * elsewhere: by the pinned key or, on first contact, by the transparency log.
 */
export function verify(
  credential: DeviceCredential,
  signatureKey: Uint8Array,
  asKeys: AsKeys,
  nowSeconds: number,
): void {
  checkLifetime(credential, nowSeconds)
  verifySignatures(credential, signatureKey, asKeys)
}

/** Check both signatures, whenever the credential was valid: for what was said in the past. */
export function verifySignatures(credential: DeviceCredential, signatureKey: Uint8Array, asKeys: AsKeys): void {
  if (credential.asSignature.length === 0) {
    throw new FormatError("mls.credential_rejected.unsigned", "the authentication service has not signed")
  }
  const asPublic = asKeys.get(keyOf(credential.asKeyId))
  if (asPublic === undefined) {
    throw new FormatError("mls.credential_rejected.unknown_key", "signed by an authentication key not held here")
  }
  // A longer or shorter key would blur where the two signed texts end.
  if (signatureKey.length !== KEY_BYTES) {
    throw new FormatError("mls.credential_rejected.unsigned", "a signature key has 32 octets")
  }
  if (!verifies(credential.accountPublic, accountText(credential, signatureKey), credential.accountSignature)) {
    throw new FormatError("mls.credential_rejected.unsigned", "the account's signature does not verify")
  }
  const asText = concatBytes(LABEL, writeAsSigned(credential).octets(), signatureKey)
  if (!verifies(asPublic, asText, credential.asSignature)) {
    throw new FormatError("mls.credential_rejected.unsigned", "the service's signature does not verify")
  }
}

/** Which client an `identity` stands for: account and device id (RFC 9420 §5.3.1). */
export function clientOf(identity: Uint8Array): Uint8Array {
  const { accountId, deviceId } = decode(identity)
  return concatBytes(accountId, deviceId)
}

/**
 * Check that an Update or a commit kept the leaf with its device (RFC 9420 §5.3.1): keys,
 * times and signatures may change. `mls.credential_rejected.mismatch`.
 */
export function checkSuccessor(before: DeviceCredential, after: DeviceCredential): void {
  const same =
    before.kind === after.kind && equal(before.accountId, after.accountId) && equal(before.deviceId, after.deviceId)
  if (!same) throw new FormatError("mls.credential_rejected.mismatch", "a leaf changed its account or device")
}

function checkLifetime(credential: DeviceCredential, nowSeconds: number): void {
  const span = credential.notAfter - credential.notBefore
  if (span < 0n || span > MAX_LIFETIME_SECONDS) {
    throw new FormatError("mls.credential_rejected.expired", "the lifetime is negative or too long")
  }
  const now = whole(nowSeconds)
  if (now < credential.notBefore || now > credential.notAfter) {
    throw new FormatError("mls.credential_rejected.expired", "the credential is not valid at this time")
  }
}

function accountText(credential: DeviceCredential, signatureKey: Uint8Array): Uint8Array {
  return concatBytes(LABEL, writeAccountSigned(credential).octets(), signatureKey)
}

function writeAccountSigned(credential: DeviceCredential): Writer {
  return new Writer()
    .u8(VERSION)
    .u8(KIND_NUMBERS[credential.kind])
    .raw(credential.accountId)
    .raw(credential.deviceId)
    .raw(credential.accountPublic)
    .u64(credential.notBefore)
    .u64(credential.notAfter)
}

function writeAsSigned(credential: DeviceCredential): Writer {
  return writeAccountSigned(credential).opaque(credential.accountSignature).raw(credential.asKeyId)
}

function read(reader: Reader): DeviceCredential {
  if (reader.u8() !== VERSION) throw new FormatError("mls.decode", "device credential is of another version")
  const credential: DeviceCredential = {
    kind: readKind(reader),
    accountId: reader.raw(ID_BYTES),
    deviceId: reader.raw(ID_BYTES),
    accountPublic: reader.raw(KEY_BYTES),
    notBefore: reader.u64(),
    notAfter: reader.u64(),
    accountSignature: readSignature(reader, SIGNATURE_BYTES),
    asKeyId: reader.raw(AS_KEY_ID_BYTES),
    asSignature: readSignature(reader, 0, SIGNATURE_BYTES),
  }
  if (credential.asSignature.length === 0 && !equal(credential.asKeyId, NO_KEY_ID)) {
    throw new FormatError("mls.decode", "a key id without its signature")
  }
  return credential
}

function readKind(reader: Reader): DeviceKind {
  switch (reader.u8()) {
    case KIND_NUMBERS.member:
      return "member"
    case KIND_NUMBERS.guest:
      return "guest"
    default:
      throw new FormatError("mls.decode", "device credential is of an unknown kind")
  }
}

function readSignature(reader: Reader, ...lengths: number[]): Uint8Array {
  const signature = reader.opaque()
  if (!lengths.includes(signature.length)) throw new FormatError("mls.decode", "signature has the wrong length")
  return signature
}
