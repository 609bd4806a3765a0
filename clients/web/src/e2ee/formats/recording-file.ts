/**
 * The file of a recorded call: sealed while it is made, for the accounts it names.
 *
 *     magic[8] = "MVREC" 0x00 0x00 0x01
 *     uint32 header_bytes ‖ header
 *     struct { opaque call[16]; opaque request[16]; uint64 started_at_ms;
 *              opaque media_type<V>; SealedKey keys<V>; } header
 *     struct { opaque account[16]; opaque account_public[32];
 *              opaque kem_output<V>; opaque ciphertext<V>; } SealedKey
 *     secretstream header[24] ‖ chunk ‖ chunk … ‖ last chunk
 *
 * A chunk is 64 KiB of plaintext in a `secretstream`; the last one is shorter, may be
 * empty, and alone carries TAG_FINAL. The first one is bound to all that stands before the
 * stream by its SHA-256.
 *
 * The file's key is sealed by HPKE to each receiver's account key turned into one of X25519
 * (RFC 7748 §4.1), so that every device of the account opens it, also one that came later.
 * Signing with a key and sealing to it do not disturb each other: Thormarker, eprint 2021/509.
 */

import { ed25519 } from "@noble/curves/ed25519.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import * as hpke from "../hpke"
import { compare, equal } from "../octets"
import { X25519_AES128GCM } from "../suites"
import { CHUNK_BYTES, isMediaType } from "./attachments"
import { decode, type Reader, Writer } from "./codec"
import { KEY_BYTES, type SignatureKeyPair } from "./ed25519"
import { FormatError } from "./errors"
import { accountIdentity, type AccountIdentity } from "./identity"
import { ID_BYTES, require, type Rng } from "./requests"
import {
  SecretStream,
  STREAM_HEADER_BYTES,
  STREAM_KEY_BYTES,
  STREAM_OVERHEAD_BYTES,
  TAG_FINAL,
  TAG_MESSAGE,
} from "./secretstream"

/** Its last octet is the version. */
export const RECORDING_MAGIC = Uint8Array.of(...utf8ToBytes("MVREC"), 0, 0, 1)
/** Most accounts to which one file can be sealed. */
export const MAX_RECEIVERS = 64
/** Longest header that is read. */
export const MAX_HEADER_BYTES = 16 * 1024

const LABEL = utf8ToBytes("MentalVerse recording key v1")
const LENGTH_BYTES = 4
const SEALED_KEY_BYTES = STREAM_KEY_BYTES + 16
const SEALED_CHUNK_BYTES = CHUNK_BYTES + STREAM_OVERHEAD_BYTES
const NOTHING: Uint8Array = new Uint8Array()
const { Point } = ed25519

/** What a file says of itself before anybody opens it; nobody has signed it. */
export interface RecordingAbout {
  /** 16 octets. */
  readonly call: Uint8Array
  /** 16 octets: the request to which everybody agreed. */
  readonly request: Uint8Array
  /** Unix milliseconds, by the recorder's clock. */
  readonly startedAtMs: bigint
  /** Lower-case type/subtype. */
  readonly mediaType: string
}

/** The file's key for one account. */
export interface SealedKey extends AccountIdentity {
  readonly sealed: hpke.HpkeCiphertext
}

/** Authentic once the first chunk has opened. */
export interface RecordingHeader extends RecordingAbout {
  readonly keys: readonly SealedKey[]
}

/** All that stands before the stream. */
export function encodeHeader({ keys, ...about }: RecordingHeader): Uint8Array {
  const header = new Writer()
    .raw(about.call)
    .raw(about.request)
    .u64(about.startedAtMs)
    .opaque(utf8ToBytes(about.mediaType))
    .vector(keys, (writer, { accountId, accountPublic, sealed }) =>
      writer.raw(accountId).raw(accountPublic).raw(hpke.encodeCiphertext(sealed)),
    )
    .octets()
  return new Writer().raw(RECORDING_MAGIC).u32(header.length).raw(header).octets()
}

/** The header of a file and the octets it took; undefined while more are needed. `recording.malformed`. */
export function readHeader(octets: Uint8Array): { header: RecordingHeader; length: number } | undefined {
  const begins = octets.subarray(0, RECORDING_MAGIC.length)
  if (!equal(begins, RECORDING_MAGIC.subarray(0, begins.length))) {
    throw new FormatError("recording.malformed", "not a recording of a known version")
  }
  const start = RECORDING_MAGIC.length + LENGTH_BYTES
  if (octets.length < start) return undefined
  const length = new DataView(octets.buffer, octets.byteOffset).getUint32(RECORDING_MAGIC.length)
  if (length > MAX_HEADER_BYTES) throw new FormatError("recording.malformed", "the header is too long")
  if (octets.length < start + length) return undefined
  try {
    return { header: decode(readFields, octets.subarray(start, start + length)), length: start + length }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw new FormatError("recording.malformed", error.message)
  }
}

/** Seals one recording: `push` its octets in order, then `finish` once; the file is what they give. */
export class RecordingSealer {
  private readonly stream: SecretStream
  private readonly held = new Uint8Array(CHUNK_BYTES)
  private filled = 0
  private before: Uint8Array
  private additional: Uint8Array
  private isFinished = false

  private constructor(key: Uint8Array, head: Uint8Array, streamHeader: Uint8Array) {
    this.stream = new SecretStream(key, streamHeader)
    this.before = concatBytes(head, streamHeader)
    this.additional = sha256(head)
  }

  /** `mls.state.invalid_request` without receivers, with one twice, or with one whose key is not usable. */
  static async begin(about: RecordingAbout, receivers: Iterable<AccountIdentity>, rng: Rng): Promise<RecordingSealer> {
    checkAbout(about)
    const ordered = [...receivers].sort((one, other) => compare(one.accountId, other.accountId))
    require(ordered.length > 0 && ordered.length <= MAX_RECEIVERS, "for nobody, or for too many")
    require(ascends(ordered), "a receiver is named twice")
    const key = rng(STREAM_KEY_BYTES)
    const keys = await Promise.all(ordered.map((receiver) => sealKey(key, about, receiver)))
    return new RecordingSealer(key, encodeHeader({ ...about, keys }), rng(STREAM_HEADER_BYTES))
  }

  /** The octets of the file that these complete; often none. The first call gives the header too. */
  push(octets: Uint8Array): Uint8Array {
    require(!this.isFinished, "the recording is finished")
    const pieces: Uint8Array[] = []
    for (let taken = 0; taken < octets.length; ) {
      const part = octets.subarray(taken, taken + CHUNK_BYTES - this.filled)
      this.held.set(part, this.filled)
      this.filled += part.length
      taken += part.length
      if (this.filled === CHUNK_BYTES) pieces.push(this.seal(TAG_MESSAGE))
    }
    return this.taken(pieces)
  }

  /** The rest of the file. */
  finish(): Uint8Array {
    require(!this.isFinished, "the recording is finished")
    this.isFinished = true
    return this.taken([this.seal(TAG_FINAL)])
  }

  private seal(tag: number): Uint8Array {
    const sealed = this.stream.push(this.held.subarray(0, this.filled), tag, this.additional)
    this.held.fill(0)
    this.filled = 0
    this.additional = NOTHING
    return sealed
  }

  private taken(pieces: readonly Uint8Array[]): Uint8Array {
    const whole = concatBytes(this.before, ...pieces)
    this.before = NOTHING
    return whole
  }
}

/**
 * Opens one recording: `push` the file in order, then `finish` once; the recording is what
 * they give. Each octet is authentic when it is given; only `finish` tells whether it is all.
 */
export class RecordingOpener {
  /** Once it was read. */
  header: RecordingHeader | undefined
  private held: Uint8Array = NOTHING
  private key: Uint8Array = NOTHING
  private additional: Uint8Array = NOTHING
  private stream: SecretStream | undefined

  constructor(
    private readonly account: Uint8Array,
    private readonly accountKey: SignatureKeyPair,
  ) {}

  /** `recording.malformed`, `.not_for_account`, `.key_changed`; `.damaged` at the first chunk that does not open. */
  async push(octets: Uint8Array): Promise<Uint8Array> {
    this.held = concatBytes(this.held, octets)
    if (this.header === undefined && !(await this.begin())) return NOTHING
    if (this.stream === undefined) {
      if (this.held.length < STREAM_HEADER_BYTES) return NOTHING
      this.stream = new SecretStream(this.key, this.take(STREAM_HEADER_BYTES))
    }
    const pieces: Uint8Array[] = []
    while (this.held.length >= SEALED_CHUNK_BYTES) {
      const opened = this.pull(this.stream, this.take(SEALED_CHUNK_BYTES))
      if (opened?.tag !== TAG_MESSAGE) throw new FormatError("recording.damaged", "a chunk does not authenticate")
      pieces.push(opened.plaintext)
    }
    return concatBytes(...pieces)
  }

  /** The rest of it; `recording.cut` when the end is missing: what was given before holds. */
  finish(): Uint8Array {
    const opened = this.stream && this.pull(this.stream, this.held)
    if (opened?.tag !== TAG_FINAL) throw new FormatError("recording.cut", "the end is missing")
    return opened.plaintext
  }

  private async begin(): Promise<boolean> {
    const read = readHeader(this.held)
    if (read === undefined) return false
    this.key = await openKey(read.header, this.account, this.accountKey)
    this.additional = sha256(this.take(read.length))
    this.header = read.header
    return true
  }

  private take(length: number): Uint8Array {
    const taken = this.held.slice(0, length)
    this.held = this.held.slice(length)
    return taken
  }

  private pull(stream: SecretStream, sealed: Uint8Array): ReturnType<SecretStream["pull"]> {
    const opened = stream.pull(sealed, this.additional)
    if (opened !== undefined) this.additional = NOTHING
    return opened
  }
}

async function sealKey(key: Uint8Array, about: RecordingAbout, receiver: AccountIdentity): Promise<SealedKey> {
  const { accountId, accountPublic } = accountIdentity(receiver.accountId, receiver.accountPublic)
  const to = montgomeryOf(accountPublic)
  const sealed = await hpke.seal(X25519_AES128GCM, to, infoOf(about, accountId), NOTHING, key)
  return { accountId, accountPublic, sealed }
}

async function openKey(header: RecordingHeader, account: Uint8Array, own: SignatureKeyPair): Promise<Uint8Array> {
  const mine = header.keys.find(({ accountId }) => equal(accountId, account))
  if (mine === undefined) throw new FormatError("recording.not_for_account", "the recording is sealed to others")
  if (!equal(mine.accountPublic, own.public)) {
    throw new FormatError("recording.key_changed", "sealed to another key of this account")
  }
  const secret = ed25519.utils.toMontgomerySecret(own.private)
  try {
    return await hpke.open(X25519_AES128GCM, secret, infoOf(header, account), NOTHING, mine.sealed)
  } catch {
    throw new FormatError("recording.damaged", "the key does not open")
  }
}

/** The account key for X25519, with the verdicts of libsodium: of the group of prime order, and no other. */
function montgomeryOf(accountPublic: Uint8Array): Uint8Array {
  try {
    const point = Point.fromBytes(accountPublic)
    require(!point.isSmallOrder() && point.isTorsionFree(), "nothing can be sealed to this account key")
    return ed25519.utils.toMontgomery(accountPublic)
  } catch {
    throw new FormatError("mls.state.invalid_request", "nothing can be sealed to this account key")
  }
}

function infoOf({ call, request }: RecordingAbout, account: Uint8Array): Uint8Array {
  return concatBytes(LABEL, call, request, account)
}

function checkAbout<About extends RecordingAbout>(about: About): About {
  require(about.call.length === ID_BYTES, "a call id has 16 octets")
  require(about.request.length === ID_BYTES, "a request id has 16 octets")
  require(isMediaType(about.mediaType), "not a media type in lower case")
  return about
}

function readFields(reader: Reader): RecordingHeader {
  const about = {
    call: reader.raw(ID_BYTES),
    request: reader.raw(ID_BYTES),
    startedAtMs: reader.u64(),
    mediaType: String.fromCharCode(...reader.opaque()),
  }
  const keys = reader.vector(readKey)
  if (keys.length === 0 || keys.length > MAX_RECEIVERS) throw new FormatError("mls.decode", "for nobody, or too many")
  if (!ascends(keys)) throw new FormatError("mls.decode", "accounts are not ascending")
  return checkAbout({ ...about, keys })
}

function readKey(reader: Reader): SealedKey {
  const [accountId, accountPublic] = [reader.raw(ID_BYTES), reader.raw(KEY_BYTES)]
  const sealed = hpke.readCiphertext(reader)
  if (sealed.kemOutput.length !== KEY_BYTES || sealed.ciphertext.length !== SEALED_KEY_BYTES) {
    throw new FormatError("mls.decode", "a sealed key has the wrong length")
  }
  return { accountId, accountPublic, sealed }
}

function ascends(accounts: readonly AccountIdentity[]): boolean {
  return accounts.every(({ accountId }, at) => {
    const before = accounts[at - 1]
    return before === undefined || compare(before.accountId, accountId) < 0
  })
}
