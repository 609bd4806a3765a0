/**
 * Where somebody is, sealed so that it takes two to open it.
 *
 *     struct {
 *         uint8  kind;                        1 position, 2 address
 *         uint64 at_ms;
 *         select (kind) {
 *             case 1: uint32 north;           10^-7 degrees from the south pole
 *                     uint32 east;            10^-7 degrees from 180° W
 *                     uint32 accuracy_m;
 *             case 2: opaque text<V>;         UTF-8
 *         };
 *     } Location;
 *
 *     envelope = version[1] = 1 ‖ nonce[24] ‖ sealed
 *     sealed by XChaCha20-Poly1305 over `opaque location<V>` and zeros up to 512 octets,
 *         with as AAD "MentalVerse location v1" ‖ case[16]
 *     key = team_half[32] ⊕ desk_half[32]
 *
 * Each half is random by itself. The team's goes to those who talk with the person, in a
 * message of their conversation (`LocationKey`), which names the envelope by its SHA-256;
 * the desk's goes to the server. Neither says anything without the other, and the envelope
 * nothing by its length.
 */

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js"
import { padded } from "../octets"
import { decode, MAX_U64, Reader, Writer } from "./codec"
import { FormatError } from "./errors"
import { ID_BYTES, type Rng, require, utf8 } from "./requests"

/** Length of each half of the key. */
export const LOCATION_HALF_BYTES = 32
/** Longest address, in UTF-8. */
export const MAX_ADDRESS_BYTES = 480
/** Every location before it is sealed. */
export const PADDED_BYTES = 512

const VERSION = 1
const LABEL = new TextEncoder().encode("MentalVerse location v1")
const NONCE_BYTES = 24
const TAG_BYTES = 16
/** Length of every envelope. */
export const ENVELOPE_BYTES = 1 + NONCE_BYTES + PADDED_BYTES + TAG_BYTES

const POSITION = 1
const ADDRESS = 2
const MAX_LATITUDE_E7 = 90 * 10 ** 7
const MAX_LONGITUDE_E7 = 180 * 10 ** 7

/** A place on the earth (WGS 84), as a device found it. */
export interface Position {
  /** 10^-7 degrees, whole, north positive. */
  readonly latitudeE7: number
  /** 10^-7 degrees, whole, east positive. */
  readonly longitudeE7: number
  /** The person is within so many metres, as the device says. */
  readonly accuracyM: number
  /** When it was found, Unix milliseconds. */
  readonly atMs: bigint
}

/** A place as somebody wrote it down. */
export interface Address {
  readonly text: string
  /** When it was written, Unix milliseconds. */
  readonly atMs: bigint
}

export type Location = Position | Address

/** An envelope and what opens it, on the device that sealed it. */
export interface SealedLocation {
  readonly envelope: Uint8Array
  /** For those who talk with the person. The server must never have it. */
  readonly teamHalf: Uint8Array
  /** For the server. Nobody else may have it before an override releases it. */
  readonly deskHalf: Uint8Array
}

/**
 * Where somebody is, sealed for one case (its id, 16 octets) under a fresh key;
 * `mls.state.invalid_request` for what is no place.
 */
export function sealLocation(location: Location, caseId: Uint8Array, rng: Rng): SealedLocation {
  require(caseId.length === ID_BYTES, "a case id has 16 octets")
  const written = new Writer().opaque(encoded(location)).octets()
  const [teamHalf, deskHalf] = [rng(LOCATION_HALF_BYTES), rng(LOCATION_HALF_BYTES)]
  const nonce = rng(NONCE_BYTES)
  const cipher = xchacha20poly1305(joined(teamHalf, deskHalf), nonce, place(caseId))
  const sealed = cipher.encrypt(padded(written, PADDED_BYTES))
  return { envelope: new Writer().u8(VERSION).raw(nonce).raw(sealed).octets(), teamHalf, deskHalf }
}

/**
 * Where somebody is. `location.damaged` when the envelope was altered, is of another case or
 * these are not the halves of its key; `location.malformed` when it opens and is none of ours.
 */
export function openLocation(
  envelope: Uint8Array,
  caseId: Uint8Array,
  teamHalf: Uint8Array,
  deskHalf: Uint8Array,
): Location {
  if (envelope.length !== ENVELOPE_BYTES || envelope[0] !== VERSION) {
    throw new FormatError("location.damaged", "not an envelope of a known version")
  }
  if ([teamHalf, deskHalf].some((half) => half.length !== LOCATION_HALF_BYTES)) {
    throw new FormatError("location.damaged", "half of a key has 32 octets")
  }
  const plain = opened(envelope, caseId, joined(teamHalf, deskHalf))
  try {
    const reader = new Reader(plain)
    const location = decode(read, reader.opaque())
    reader.endPadding()
    return location
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw new FormatError("location.malformed", error.message)
  }
}

function opened(envelope: Uint8Array, caseId: Uint8Array, key: Uint8Array): Uint8Array {
  const nonce = envelope.subarray(1, 1 + NONCE_BYTES)
  try {
    return xchacha20poly1305(key, nonce, place(caseId)).decrypt(envelope.subarray(1 + NONCE_BYTES))
  } catch {
    throw new FormatError("location.damaged", "altered, or not its case or key")
  }
}

function place(caseId: Uint8Array): Uint8Array {
  return new Writer().raw(LABEL).raw(caseId).octets()
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  return one.map((octet, at) => octet ^ (other[at] ?? 0))
}

function encoded(location: Location): Uint8Array {
  require(location.atMs >= 0n && location.atMs <= MAX_U64, "the time does not fit")
  if ("text" in location) {
    const text = utf8(location.text, "the address is not Unicode text")
    require(text.length > 0 && text.length <= MAX_ADDRESS_BYTES, "the address is empty or too long")
    return new Writer().u8(ADDRESS).u64(location.atMs).opaque(text).octets()
  }
  const { latitudeE7, longitudeE7, accuracyM } = location
  require(isWithin(latitudeE7, -MAX_LATITUDE_E7, MAX_LATITUDE_E7), "no such latitude")
  require(isWithin(longitudeE7, -MAX_LONGITUDE_E7, MAX_LONGITUDE_E7), "no such longitude")
  require(isWithin(accuracyM, 0, 2 ** 32 - 1), "the accuracy does not fit")
  const written = new Writer().u8(POSITION).u64(location.atMs)
  return written
    .u32(latitudeE7 + MAX_LATITUDE_E7)
    .u32(longitudeE7 + MAX_LONGITUDE_E7)
    .u32(accuracyM)
    .octets()
}

function read(reader: Reader): Location {
  const [kind, atMs] = [reader.u8(), reader.u64()]
  if (kind === ADDRESS) return { text: readText(reader), atMs }
  if (kind !== POSITION) throw new FormatError("mls.decode", "a location of another kind")
  const [north, east] = [reader.u32(), reader.u32()]
  if (north > 2 * MAX_LATITUDE_E7 || east > 2 * MAX_LONGITUDE_E7) {
    throw new FormatError("mls.decode", "no place on the earth")
  }
  const [latitudeE7, longitudeE7] = [north - MAX_LATITUDE_E7, east - MAX_LONGITUDE_E7]
  return { latitudeE7, longitudeE7, accuracyM: reader.u32(), atMs }
}

function readText(reader: Reader): string {
  const octets = reader.opaque()
  if (octets.length === 0 || octets.length > MAX_ADDRESS_BYTES) {
    throw new FormatError("mls.decode", "the address is empty or too long")
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets)
  } catch {
    throw new FormatError("mls.decode", "the address is not UTF-8")
  }
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most
}
