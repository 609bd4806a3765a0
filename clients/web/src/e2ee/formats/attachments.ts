/**
 * Files beside a conversation: encrypted in chunks, padded, named by a reference.
 *
 *     header[24] ‖ chunk ‖ chunk … ‖ last chunk
 *
 * Each file has a key of its own. A chunk is 64 KiB of plaintext in a `secretstream`; the
 * last one carries TAG_FINAL, and a stream without it was cut. The plaintext is the file
 * and zeros up to 64 KiB · 2^k, from 1 MiB on up to whole MiB: the server learns the
 * bucket, the message says the size.
 *
 * The key stands in the message together with the SHA-256 of the ciphertext. These AEADs
 * do not commit to a key: one ciphertext could open under two keys to two contents. With
 * key and hash under one signature, it opens to exactly one.
 */

import { equalBytes } from "@noble/ciphers/utils.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { FormatError } from "./errors"
import { type Rng, require } from "./requests"
import {
  SecretStream,
  STREAM_HEADER_BYTES,
  STREAM_KEY_BYTES,
  STREAM_OVERHEAD_BYTES,
  TAG_FINAL,
  TAG_MESSAGE,
} from "./secretstream"

const MIB = 1024 * 1024

/** Largest file by default. */
export const MAX_ATTACHMENT_BYTES = 10 * MIB
/** Plaintext of a chunk. */
export const CHUNK_BYTES = 64 * 1024
/** Length of the id under which the ciphertext is stored. */
export const BLOB_ID_BYTES = 16
/** Length of a file's key. */
export const ATTACHMENT_KEY_BYTES = STREAM_KEY_BYTES
/** Longest file name, in code points. */
export const MAX_NAME_CHARACTERS = 255

const SHA256_BYTES = 32
const SEALED_CHUNK_BYTES = CHUNK_BYTES + STREAM_OVERHEAD_BYTES

// RFC 6838 §4.2, lower case only: a media type has one spelling here.
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}$/
// Controls, line separators, and the marks that turn the reading direction, by which
// "gpj.exe" is shown as "exe.jpg".
const UNSHOWN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]/gu
const UNNAMEABLE = /[/\\:*?"<>|]/g

/** What a message says of a file: where it is and what opens it. */
export interface AttachmentReference {
  /** 16 octets: the id under which the server stores the ciphertext. */
  readonly blob: Uint8Array
  /** 32 octets. */
  readonly key: Uint8Array
  /** Of the ciphertext. */
  readonly sha256: Uint8Array
  /** Of the file in octets, without padding. */
  readonly size: number
  /** Lower-case type/subtype. */
  readonly mediaType: string
  /** As the sender called it: for people to read, never a path to write to. */
  readonly name: string
}

/** The reference, when every part of it has its form; else `mls.state.invalid_request`. */
export function checkReference(reference: AttachmentReference): AttachmentReference {
  require(reference.blob.length === BLOB_ID_BYTES, "a blob id has 16 octets")
  require(reference.key.length === ATTACHMENT_KEY_BYTES, "a file's key has 32 octets")
  require(reference.sha256.length === SHA256_BYTES, "not a SHA-256")
  require(Number.isSafeInteger(reference.size) && reference.size >= 0, "not the size of a file")
  require(isMediaType(reference.mediaType), "not a media type in lower case")
  require(reference.name === cleanName(reference.name), "the name cannot be shown as is")
  return reference
}

/** Whether it is type/subtype in lower case, without parameters (RFC 6838). */
export function isMediaType(text: string): boolean {
  return MEDIA_TYPE.test(text)
}

/**
 * A file name that says what it is: no path, no invisible characters. What cannot stand
 * in a file name on some system becomes a low line; of nothing left becomes "file".
 */
export function cleanName(name: string): string {
  const shown = name.replace(UNSHOWN, "").replace(UNNAMEABLE, "_")
  const short = Array.from(shown).slice(0, MAX_NAME_CHARACTERS).join("")
  return short.replace(/^ +/, "").replace(/[. ]+$/, "") || "file"
}

/** The length of a file of `size` octets with its padding. */
export function paddedBytes(size: number): number {
  if (size > MIB) return Math.ceil(size / MIB) * MIB
  let bucket = CHUNK_BYTES
  while (bucket < size) bucket *= 2
  return bucket
}

/** The length of the ciphertext of a file of `size` octets. */
export function ciphertextBytes(size: number): number {
  return STREAM_HEADER_BYTES + (paddedBytes(size) / CHUNK_BYTES) * SEALED_CHUNK_BYTES
}

/**
 * Encrypts one file: `update` with its octets in order, then `finish` once. The
 * ciphertext is all the pieces they give, one after the other. At most one chunk is held
 * back, so the file is never in memory whole.
 */
export class AttachmentEncryptor {
  private readonly key: Uint8Array
  private readonly stream: SecretStream
  private readonly hash = sha256.create()
  private readonly held = new Uint8Array(CHUNK_BYTES)
  private header: Uint8Array
  private filled = 0
  private size = 0
  private stage: "open" | "finishing" | "finished" = "open"

  constructor(
    rng: Rng,
    private readonly maxBytes = MAX_ATTACHMENT_BYTES,
  ) {
    this.key = rng(ATTACHMENT_KEY_BYTES)
    this.header = rng(STREAM_HEADER_BYTES)
    this.stream = new SecretStream(this.key, this.header)
  }

  /** The ciphertext that these octets complete; often none. `attachment.too_large`. */
  update(octets: Uint8Array): Uint8Array[] {
    require(this.stage === "open", "the file is finished")
    this.size += octets.length
    if (this.size > this.maxBytes) throw new FormatError("attachment.too_large", `more than ${this.maxBytes} bytes`)
    const pieces: Uint8Array[] = []
    for (let taken = 0; taken < octets.length; ) {
      // The last chunk needs its tag, so one is kept back until more comes.
      if (this.filled === CHUNK_BYTES) pieces.push(this.push(TAG_MESSAGE))
      const part = octets.subarray(taken, taken + CHUNK_BYTES - this.filled)
      this.held.set(part, this.filled)
      this.filled += part.length
      taken += part.length
    }
    return pieces
  }

  /** The rest of the ciphertext, made piece by piece: the padding of a large file is long. */
  *finish(): Generator<Uint8Array, void, void> {
    require(this.stage === "open", "the file is finished")
    this.stage = "finishing"
    for (let missing = paddedBytes(this.size) - (this.size - this.filled); missing > 0; missing -= CHUNK_BYTES) {
      yield this.push(missing > CHUNK_BYTES ? TAG_MESSAGE : TAG_FINAL)
    }
    this.stage = "finished"
  }

  /** What the message has to say of the file, once all of `finish` was taken. */
  reference(blob: Uint8Array, mediaType: string, name: string): AttachmentReference {
    require(this.stage === "finished", "the file is not finished")
    const { key, size } = this
    return checkReference({ blob, key, sha256: this.hash.clone().digest(), size, mediaType, name: cleanName(name) })
  }

  private push(tag: number): Uint8Array {
    const sealed = this.stream.push(this.held.fill(0, this.filled), tag)
    this.filled = 0
    const piece = new Uint8Array(this.header.length + sealed.length)
    piece.set(this.header)
    piece.set(sealed, this.header.length)
    this.header = new Uint8Array()
    this.hash.update(piece)
    return piece
  }
}

/**
 * Decrypts one file: `update` with its ciphertext in order, then `finish` once. The file
 * is what `update` gives. It is not to be shown or used before `finish` returned: only
 * then is it complete and the one that the message names.
 */
export class AttachmentDecryptor {
  private readonly hash = sha256.create()
  private readonly held = new Uint8Array(SEALED_CHUNK_BYTES)
  private filled = 0
  private plainLeft: number
  private paddedLeft: number
  private stream: SecretStream | undefined

  /** `attachment.too_large` for a reference over `maxBytes`. */
  constructor(
    private readonly reference: AttachmentReference,
    maxBytes = MAX_ATTACHMENT_BYTES,
  ) {
    if (reference.size > maxBytes) throw new FormatError("attachment.too_large", `more than ${maxBytes} bytes`)
    this.plainLeft = reference.size
    this.paddedLeft = paddedBytes(reference.size)
  }

  /**
   * The octets of the file that this ciphertext completes. `attachment.damaged` at the
   * first chunk that does not open, `.truncated`, `.padding` when that is not zero.
   */
  update(octets: Uint8Array): Uint8Array[] {
    this.hash.update(octets)
    const pieces: Uint8Array[] = []
    for (let taken = 0; taken < octets.length; ) {
      if (this.paddedLeft === 0) throw new FormatError("attachment.damaged", "octets behind the last chunk")
      const wanted = this.stream === undefined ? STREAM_HEADER_BYTES : SEALED_CHUNK_BYTES
      const part = octets.subarray(taken, taken + wanted - this.filled)
      this.held.set(part, this.filled)
      this.filled += part.length
      taken += part.length
      if (this.filled < wanted) break
      this.filled = 0
      if (this.stream !== undefined) pieces.push(this.pull(this.stream))
      else this.stream = new SecretStream(this.reference.key, this.held.subarray(0, wanted))
    }
    return pieces
  }

  /** Check that the file is complete and the one of the reference. */
  finish(): void {
    if (this.paddedLeft > 0) throw new FormatError("attachment.truncated", "the ciphertext ends before the file")
    if (!equalBytes(this.hash.digest(), this.reference.sha256)) {
      throw new FormatError("attachment.hash_mismatch", "not the ciphertext of the message")
    }
  }

  private pull(stream: SecretStream): Uint8Array {
    const opened = stream.pull(this.held)
    if (opened === undefined) throw new FormatError("attachment.damaged", "a chunk does not authenticate")
    this.paddedLeft -= CHUNK_BYTES
    this.checkTag(opened.tag)
    const plain = opened.plaintext.subarray(0, this.plainLeft)
    if (opened.plaintext.subarray(plain.length).some((octet) => octet !== 0)) {
      throw new FormatError("attachment.padding", "the padding is not zero")
    }
    this.plainLeft -= plain.length
    return plain
  }

  private checkTag(tag: number): void {
    if (tag !== TAG_MESSAGE && tag !== TAG_FINAL) {
      throw new FormatError("attachment.damaged", "a chunk with a tag that is not used")
    }
    if ((tag === TAG_FINAL) !== (this.paddedLeft === 0)) {
      throw new FormatError("attachment.truncated", "the stream ends elsewhere than the file")
    }
  }
}
