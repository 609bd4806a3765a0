/**
 * The devices that an account vouches for, signed with the account key.
 *
 *     struct {
 *         opaque device_id[16];
 *         opaque signature_key[32];       of the device's leaves, Ed25519
 *         uint64 added_at;                Unix seconds
 *     } ListedDevice;
 *
 *     struct {
 *         uint8  version = 1;
 *         opaque account_id[16];
 *         opaque account_public[32];      Ed25519
 *         uint64 counter;                 1, 2, 3, …
 *         ListedDevice devices<V>;        ascending by device_id, at most 64
 *         opaque previous_public<V>;      32 octets when the account key changes, or none
 *         opaque previous_signature<V>;   64 octets, or none
 *         opaque account_signature[64];
 *     } DeviceList;
 *
 *     the old key signs  "MentalVerse account key v1" ‖ version … previous_public
 *     the account signs  "MentalVerse device list v1" ‖ version … previous_signature
 *
 * A device is revoked by a list without it. A list of another account key that the old
 * one did not sign is for the person to decide about, never for the program.
 */

import { sha256 } from "@noble/hashes/sha2.js"
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { compare, equal, keyOf } from "../octets"
import { decode as decodeStructure, MAX_U64, type Reader, Writer } from "./codec"
import { KEY_BYTES, sign, SIGNATURE_BYTES, type SignatureKeyPair, verifies } from "./ed25519"
import { FormatError } from "./errors"
import type { AccountIdentity } from "./identity"
import { ID_BYTES, require } from "./requests"

/** The only version there is. */
export const VERSION = 1
/** Most devices of one account. */
export const MAX_DEVICES = 64

const LABEL = utf8ToBytes("MentalVerse device list v1")
const ROTATION_LABEL = utf8ToBytes("MentalVerse account key v1")
const NONE = new Uint8Array(0)

/** One device that the account vouches for. */
export interface ListedDevice {
  readonly deviceId: Uint8Array
  /** Ed25519 public key of its leaves. */
  readonly signatureKey: Uint8Array
  /** Unix seconds, by the clock of the device that approved it. */
  readonly addedAt: bigint
}

/** An account's devices at one count; `verify` checks its signatures. */
export interface DeviceList {
  readonly accountId: Uint8Array
  readonly accountPublic: Uint8Array
  readonly counter: bigint
  readonly devices: readonly ListedDevice[]
  /** The account key until this list, or empty when it stays. */
  readonly previousPublic: Uint8Array
  readonly previousSignature: Uint8Array
  readonly accountSignature: Uint8Array
}

export function encode(list: DeviceList): Uint8Array {
  return writeAccountSigned(list).raw(list.accountSignature).octets()
}

/** The list that `data` holds; nothing is verified. `mls.decode`. */
export function decode(data: Uint8Array): DeviceList {
  return decodeStructure(read, data)
}

/** SHA-256 over the encoding: what the transparency log records. */
export function hashOf(list: DeviceList): Uint8Array {
  return sha256(encode(list))
}

/** The device of that id, unless it is not or no longer listed. */
export function find(list: DeviceList, deviceId: Uint8Array): ListedDevice | undefined {
  return list.devices.find((device) => equal(device.deviceId, deviceId))
}

/** The first list of an account, with counter 1. `mls.state.invalid_request`. */
export function signFirst(
  accountKey: SignatureKeyPair,
  accountId: Uint8Array,
  devices: readonly ListedDevice[],
): DeviceList {
  return signed(accountKey, accountId, 1n, devices)
}

/**
 * The list that follows `before`, with all devices that are vouched for from here on.
 * `previousKey` is the key of `before`, when the account key changes; without it a list of
 * another key is a recovery, which `checkSuccessor` points out. `mls.state.invalid_request`.
 */
export function signNext(
  accountKey: SignatureKeyPair,
  before: DeviceList,
  devices: readonly ListedDevice[],
  previousKey?: SignatureKeyPair,
): DeviceList {
  if (previousKey !== undefined) {
    require(equal(previousKey.public, before.accountPublic), "not the key of the list before")
    require(!equal(previousKey.public, accountKey.public), "the account key does not change")
  }
  return signed(accountKey, before.accountId, before.counter + 1n, devices, previousKey)
}

/** Check the signatures of a list on its own. `device_list.unsigned`. */
export function verify(list: DeviceList): void {
  if (list.previousPublic.length > 0) {
    checkSignature(list.previousPublic, rotationText(list), list.previousSignature)
  }
  checkSignature(list.accountPublic, accountText(list), list.accountSignature)
}

/**
 * Check that a list may be the first of an account whose key is known.
 * `device_list.unsigned`, `.not_next`, or `.account_key_changed` if that alone is wrong.
 */
export function checkFirst(list: DeviceList, account: AccountIdentity): void {
  verify(list)
  if (!equal(list.accountId, account.accountId)) throw notNext("the list is of another account")
  if (list.counter !== 1n) throw notNext("the first list has counter 1")
  if (!equal(keyBefore(list), account.accountPublic)) throw keyChanged("the account key did not sign")
}

/** Check that a list follows one that was accepted; the same errors as `checkFirst`. */
export function checkSuccessor(before: DeviceList, after: DeviceList): void {
  verify(after)
  if (!equal(after.accountId, before.accountId)) throw notNext("the list is of another account")
  if (after.counter !== before.counter + 1n) throw notNext("the counter is not the next one")
  if (after.devices.some((device) => wasRedated(before, device))) {
    throw notNext("a device that stayed has another date")
  }
  if (!equal(keyBefore(after), before.accountPublic)) {
    throw keyChanged("the old account key did not sign the new one")
  }
}

/** Whether a device claims another age than it had: age gives it rights. */
function wasRedated(before: DeviceList, device: ListedDevice): boolean {
  const known = find(before, device.deviceId)
  if (known === undefined) return false
  if (equal(known.signatureKey, device.signatureKey)) return known.addedAt !== device.addedAt
  return device.addedAt < known.addedAt
}

function keyBefore(list: DeviceList): Uint8Array {
  return list.previousPublic.length > 0 ? list.previousPublic : list.accountPublic
}

function signed(
  accountKey: SignatureKeyPair,
  accountId: Uint8Array,
  counter: bigint,
  devices: readonly ListedDevice[],
  previousKey?: SignatureKeyPair,
): DeviceList {
  const unsigned: DeviceList = {
    accountId,
    accountPublic: accountKey.public,
    counter,
    devices: devices.toSorted((one, other) => compare(one.deviceId, other.deviceId)),
    previousPublic: previousKey?.public ?? NONE,
    previousSignature: NONE,
    accountSignature: NONE,
  }
  const fault = faultInFields(unsigned)
  require(fault === undefined, fault ?? "")
  const previousSignature = previousKey === undefined ? NONE : sign(previousKey, rotationText(unsigned))
  const agreed = { ...unsigned, previousSignature }
  return { ...agreed, accountSignature: sign(accountKey, accountText(agreed)) }
}

/** What a list breaks of the form that all lists have, without signatures. */
function faultInFields(list: DeviceList): string | undefined {
  const ids = list.devices.map((device) => device.deviceId)
  const keys = list.devices.map((device) => device.signatureKey)
  if ([list.accountId, ...ids].some((id) => id.length !== ID_BYTES)) return "account and device ids have 16 octets"
  if (keys.some((key) => key.length !== KEY_BYTES)) return "a signature key has 32 octets"
  if (list.counter < 1n || list.counter > MAX_U64) return "the counter begins at 1 and fits 64 bits"
  if (list.devices.some(({ addedAt }) => addedAt < 0n || addedAt > MAX_U64)) return "a time is Unix seconds in 64 bits"
  if (list.devices.length > MAX_DEVICES) return "too many devices"
  if (ids.some((id, place) => place > 0 && compare(ids[place - 1] ?? NONE, id) >= 0)) {
    return "device ids are not ascending"
  }
  if (new Set(keys.map(keyOf)).size !== keys.length) return "two devices share a key"
  if (equal(list.previousPublic, list.accountPublic)) return "the account key does not change"
  return undefined
}

function checkSignature(publicKey: Uint8Array, text: Uint8Array, signature: Uint8Array): void {
  if (!verifies(publicKey, text, signature)) {
    throw new FormatError("device_list.unsigned", "a signature does not verify")
  }
}

function notNext(message: string): FormatError {
  return new FormatError("device_list.not_next", message)
}

function keyChanged(message: string): FormatError {
  return new FormatError("device_list.account_key_changed", message)
}

function rotationText(list: DeviceList): Uint8Array {
  return concatBytes(ROTATION_LABEL, writePreviousSigned(list).octets())
}

function accountText(list: DeviceList): Uint8Array {
  return concatBytes(LABEL, writeAccountSigned(list).octets())
}

function writePreviousSigned(list: DeviceList): Writer {
  return new Writer()
    .u8(VERSION)
    .raw(list.accountId)
    .raw(list.accountPublic)
    .u64(list.counter)
    .vector(list.devices, (writer, device) => writer.raw(device.deviceId).raw(device.signatureKey).u64(device.addedAt))
    .opaque(list.previousPublic)
}

function writeAccountSigned(list: DeviceList): Writer {
  return writePreviousSigned(list).opaque(list.previousSignature)
}

function read(reader: Reader): DeviceList {
  if (reader.u8() !== VERSION) throw new FormatError("mls.decode", "device list is of another version")
  const list: DeviceList = {
    accountId: reader.raw(ID_BYTES),
    accountPublic: reader.raw(KEY_BYTES),
    counter: reader.u64(),
    devices: reader.vector(readDevice),
    previousPublic: readOptional(reader, KEY_BYTES),
    previousSignature: readOptional(reader, SIGNATURE_BYTES),
    accountSignature: reader.raw(SIGNATURE_BYTES),
  }
  if (list.previousPublic.length > 0 !== list.previousSignature.length > 0) {
    throw new FormatError("mls.decode", "the old account key stands without its signature")
  }
  const fault = faultInFields(list)
  if (fault !== undefined) throw new FormatError("mls.decode", fault)
  return list
}

function readDevice(reader: Reader): ListedDevice {
  return { deviceId: reader.raw(ID_BYTES), signatureKey: reader.raw(KEY_BYTES), addedAt: reader.u64() }
}

function readOptional(reader: Reader, length: number): Uint8Array {
  const value = reader.opaque()
  if (value.length !== 0 && value.length !== length) {
    throw new FormatError("mls.decode", "a key or signature has the wrong length")
  }
  return value
}
