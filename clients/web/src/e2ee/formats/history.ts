/**
 * The archive of a conversation: for a device of the account that was not there.
 *
 * MLS keys are deleted as they are used (RFC 9420 §9.2), so the ciphertexts of the log
 * cannot be read again. A device writes what it has read into an archive of its own: a chain
 * of pieces, which the server stores as blobs that say nothing.
 *
 *     piece = version[1] = 1 ‖ nonce[24] ‖ sealed
 *     sealed by XChaCha20-Poly1305 over a `history-piece`, with as AAD
 *         "MentalVerse history v1" ‖ conversation[16] ‖ writer[16] ‖ uint64 period
 *         ‖ uint32 index ‖ previous[32]
 *
 * `previous` is the SHA-256 of the piece before, zeros for the first. Each piece names the
 * random id of the next. So the server can neither swap, reorder nor leave out a piece, and a
 * reader finds pieces written after it was told of the archive. That the newest are withheld
 * shows by an `ArchiveEnd` that is kept elsewhere: in a backup, or in what an old device hands
 * over.
 *
 * Everybody in the conversation may hold the key, so that a piece opens proves nothing about
 * who wrote a message. The evidence beside the message does.
 */

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { BLOB_ID_BYTES } from "./attachments"
import { HISTORY_KEY_BYTES } from "./carried"
import { MAX_U64, Writer } from "./codec"
import { FormatError } from "./errors"
import { type HistoryMessage, MAX_PIECE_BYTES, PieceWriter, readContent } from "./history-piece"
import { HASH_BYTES, ID_BYTES, type Rng, require } from "./requests"

const VERSION = 1
const LABEL = new TextEncoder().encode("MentalVerse history v1")
const NONCE_BYTES = 24
const TAG_BYTES = 16
/** By how much a stored piece is longer than `MAX_PIECE_BYTES` at most. */
export const PIECE_OVERHEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES

/** One device's archive of a period of a conversation. */
export interface Archive {
  /** 16 octets. */
  readonly conversation: Uint8Array
  /** 16 octets: the device that writes it. */
  readonly writer: Uint8Array
  /** Which key of the conversation, as its `history.key` message says. */
  readonly period: bigint
  /** 32 octets. */
  readonly key: Uint8Array
  /** 16 random octets: the id of the first piece. */
  readonly firstBlob: Uint8Array
}

/** How far an archive goes: what the next piece follows. */
export interface ArchiveEnd {
  /** Below 2^32. */
  readonly pieces: number
  /** SHA-256 of the last piece. */
  readonly last: Uint8Array
  /** The id that the next piece will have. */
  readonly nextBlob: Uint8Array
}

/** A piece to store, and where the archive ends with it. */
export interface StoredPiece {
  /** 16 octets: the id to store it under. */
  readonly blob: Uint8Array
  readonly octets: Uint8Array
  readonly end: ArchiveEnd
}

/** The archive, when every part of it has its form; else `mls.state.invalid_request`. */
export function checkArchive(archive: Archive): Archive {
  const ids = [archive.conversation, archive.writer, archive.firstBlob]
  require(ids.every((octets) => octets.length === ID_BYTES), "an id has 16 octets")
  require(archive.key.length === HISTORY_KEY_BYTES, "a history key has 32 octets")
  require(archive.period >= 0n && archive.period <= MAX_U64, "the period does not fit 64 bits")
  return archive
}

/** The end, when every part of it has its form; else `mls.state.invalid_request`. */
export function checkArchiveEnd(end: ArchiveEnd): ArchiveEnd {
  require(end.last.length === HASH_BYTES, "the last piece is named by 32 octets")
  require(end.nextBlob.length === BLOB_ID_BYTES, "a blob id has 16 octets")
  const { pieces } = end
  require(Number.isInteger(pieces) && pieces >= 0 && pieces < 2 ** 32, "the number of pieces does not fit 32 bits")
  return end
}

/** The end of an archive while it has no piece. */
export function startOf(archive: Archive): ArchiveEnd {
  return { pieces: 0, last: new Uint8Array(HASH_BYTES), nextBlob: archive.firstBlob }
}

/**
 * Messages as pieces, as few as their limit allows; none for no messages.
 *
 * When a piece was stored and its end was never written down, the next try finds its id
 * taken. Read the stored one with `readPiece` and go on from its end.
 * @param after `startOf(archive)`, or the end of the last piece stored
 * @param messages in the order of the log; taken as the pieces are
 */
export function* writePieces(
  archive: Archive,
  after: ArchiveEnd,
  messages: Iterable<HistoryMessage>,
  rng: Rng,
): Generator<StoredPiece, void, void> {
  let end = after
  let writer = new PieceWriter()
  for (const message of messages) {
    if (writer.add(message)) continue
    const piece = seal(archive, end, writer, rng)
    yield piece
    end = piece.end
    writer = new PieceWriter()
    writer.add(message)
  }
  if (!writer.isEmpty) yield seal(archive, end, writer, rng)
}

/**
 * The messages of the piece that follows `after`, and the end it makes. `history.damaged`
 * when it was altered or is not the piece of this place, `history.malformed` when it is
 * authentic but not a `history-piece`.
 */
export function readPiece(
  archive: Archive,
  after: ArchiveEnd,
  octets: Uint8Array,
): { messages: HistoryMessage[]; end: ArchiveEnd } {
  const tooLong = octets.length > PIECE_OVERHEAD_BYTES + MAX_PIECE_BYTES
  if (octets[0] !== VERSION || octets.length < PIECE_OVERHEAD_BYTES || tooLong) {
    throw new FormatError("history.damaged", "not a piece of a known version")
  }
  const content = open(archive, after, octets)
  try {
    const { nextBlob, messages } = readContent(content)
    return { messages, end: { pieces: after.pieces + 1, last: sha256(octets), nextBlob } }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw new FormatError("history.malformed", error.message)
  }
}

function open(archive: Archive, after: ArchiveEnd, octets: Uint8Array): Uint8Array {
  const nonce = octets.subarray(1, 1 + NONCE_BYTES)
  try {
    return xchacha20poly1305(archive.key, nonce, place(archive, after)).decrypt(octets.subarray(1 + NONCE_BYTES))
  } catch {
    throw new FormatError("history.damaged", "not the piece that follows here")
  }
}

function seal(archive: Archive, after: ArchiveEnd, writer: PieceWriter, rng: Rng): StoredPiece {
  const [nextBlob, nonce] = [rng(BLOB_ID_BYTES), rng(NONCE_BYTES)]
  const sealed = xchacha20poly1305(archive.key, nonce, place(archive, after)).encrypt(writer.finish(nextBlob))
  const octets = new Writer().u8(VERSION).raw(nonce).raw(sealed).octets()
  const end = { pieces: after.pieces + 1, last: sha256(octets), nextBlob }
  return { blob: after.nextBlob, octets, end: checkArchiveEnd(end) }
}

function place(archive: Archive, after: ArchiveEnd): Uint8Array {
  const { conversation, writer, period } = archive
  return new Writer().raw(LABEL).raw(conversation).raw(writer).u64(period).u32(after.pieces).raw(after.last).octets()
}
