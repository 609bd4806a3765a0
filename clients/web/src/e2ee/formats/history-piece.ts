/**
 * What a piece of an archive says: messages, and what proves who sent them.
 *
 *     struct {
 *         opaque next_blob[16];
 *         opaque group_contexts<V>;           GroupContext, each as opaque<V>
 *         opaque leaf_nodes<V>;               LeafNode, each as opaque<V>
 *         HistoryMessage messages<V>;
 *     } Piece;
 *
 *     struct {
 *         uint64 seq;
 *         uint64 at_ms;
 *         opaque account[16];
 *         opaque device[16];
 *         opaque content<V>;
 *         optional<Evidence> evidence;
 *     } HistoryMessage;
 *
 *     struct {
 *         uint64 epoch;
 *         uint32 leaf_index;
 *         uint16 group_context;               place in group_contexts
 *         uint16 leaf_node;                   place in leaf_nodes
 *         opaque authenticated_data<V>;
 *         opaque signature<V>;
 *     } Evidence;
 *
 * The sender's signature covers the GroupContext (RFC 9420 §6.1), and the LeafNode holds the
 * key and the credential. Both are the same for many messages and stand once in a piece.
 * Nothing outside the piece is needed to verify its messages.
 *
 * Written as `opaque<V>` and followed by zeros up to the bucket of its size, see
 * `paddedBytes`.
 */

import { padded } from "../octets"
import { BLOB_ID_BYTES, paddedBytes } from "./attachments"
import { decode, MAX_U64, Reader, Writer } from "./codec"
import { FormatError } from "./errors"
import type { Evidence } from "./evidence"
import { Places } from "./places"
import { ID_BYTES, require } from "./requests"

/** Longest piece with its padding, before it is sealed. */
export const MAX_PIECE_BYTES = 1024 * 1024
/** Longest content, GroupContext, LeafNode or authenticated_data. */
export const MAX_FIELD_BYTES = 64 * 1024

// next_blob, and five lengths of at most four octets.
const FRAME_BYTES = BLOB_ID_BYTES + 5 * 4

/** One row of the conversation as a device read it. */
export interface HistoryMessage {
  readonly seq: bigint
  /** When the log took it, Unix milliseconds. */
  readonly atMs: bigint
  /** 16 octets: who sent it, as the writer of the archive saw it. */
  readonly account: Uint8Array
  /** 16 octets. */
  readonly device: Uint8Array
  /** The plaintext of the application message. */
  readonly content: Uint8Array
  /** Undefined for a line that the writer made itself. */
  readonly evidence?: Evidence | undefined
}

/** Collects messages until a piece is full. */
export class PieceWriter {
  private readonly contexts = new Places()
  private readonly leaves = new Places()
  private readonly messages: Uint8Array[] = []
  private length = FRAME_BYTES

  /** Whether no message was taken. */
  get isEmpty(): boolean {
    return this.messages.length === 0
  }

  /**
   * Take a message, or say that it belongs into the next piece; an empty piece takes any
   * message. `mls.state.invalid_request` for one that is out of bounds.
   */
  add(message: HistoryMessage): boolean {
    checkMessage(message)
    const { contexts, leaves } = this
    const written = writeMessage(message, contexts, leaves)
    let length = this.length + written.length
    if (message.evidence !== undefined) {
      const { groupContext, leafNode } = message.evidence
      if (contexts.find(groupContext) === undefined) length += opaqueBytes(groupContext)
      if (leaves.find(leafNode) === undefined) length += opaqueBytes(leafNode)
    }
    if (length > MAX_PIECE_BYTES) return false
    this.length = length
    this.messages.push(written)
    if (message.evidence !== undefined) {
      contexts.take(message.evidence.groupContext)
      leaves.take(message.evidence.leafNode)
    }
    return true
  }

  /** The piece with its padding. */
  finish(nextBlob: Uint8Array): Uint8Array {
    const piece = new Writer().raw(nextBlob)
    this.contexts.write(piece)
    this.leaves.write(piece)
    piece.vector(this.messages, (inner, message) => inner.raw(message))
    const written = new Writer().opaque(piece.octets()).octets()
    return padded(written, paddedBytes(written.length))
  }
}

/** The next blob's id and the messages of a piece with its padding; `mls.decode`. */
export function readContent(octets: Uint8Array): { nextBlob: Uint8Array; messages: HistoryMessage[] } {
  const reader = new Reader(octets)
  const piece = reader.opaque()
  reader.endPadding()
  return decode(readPiece, piece)
}

function readPiece(reader: Reader): { nextBlob: Uint8Array; messages: HistoryMessage[] } {
  const nextBlob = reader.raw(BLOB_ID_BYTES)
  const contexts = reader.vector((inner) => inner.opaque())
  const leaves = reader.vector((inner) => inner.opaque())
  const messages = reader.vector((inner) => readMessage(inner, contexts, leaves))
  return { nextBlob, messages }
}

function opaqueBytes(octets: Uint8Array): number {
  return new Writer().opaque(octets).octets().length
}

function writeMessage(message: HistoryMessage, contexts: Places, leaves: Places): Uint8Array {
  return new Writer()
    .u64(message.seq)
    .u64(message.atMs)
    .raw(message.account)
    .raw(message.device)
    .opaque(message.content)
    .optional(message.evidence, (inner, proof) =>
      inner
        .u64(proof.epoch)
        .u32(proof.leafIndex)
        .u16(contexts.next(proof.groupContext))
        .u16(leaves.next(proof.leafNode))
        .opaque(proof.authenticatedData)
        .opaque(proof.signature),
    )
    .octets()
}

function readMessage(reader: Reader, contexts: readonly Uint8Array[], leaves: readonly Uint8Array[]): HistoryMessage {
  const message = {
    seq: reader.u64(),
    atMs: reader.u64(),
    account: reader.raw(ID_BYTES),
    device: reader.raw(ID_BYTES),
    content: reader.opaque(),
    evidence: reader.optional((inner) => readEvidence(inner, contexts, leaves)),
  }
  if (fieldsOf(message).some((octets) => octets.length > MAX_FIELD_BYTES)) {
    throw new FormatError("mls.decode", "a field of a message is too long")
  }
  return message
}

function readEvidence(reader: Reader, contexts: readonly Uint8Array[], leaves: readonly Uint8Array[]): Evidence {
  const [epoch, leafIndex] = [reader.u64(), reader.u32()]
  const [groupContext, leafNode] = [contexts[reader.u16()], leaves[reader.u16()]]
  if (groupContext === undefined || leafNode === undefined) {
    throw new FormatError("mls.decode", "evidence refers to what the piece does not hold")
  }
  const [authenticatedData, signature] = [reader.opaque(), reader.opaque()]
  return { epoch, leafIndex, authenticatedData, signature, groupContext, leafNode }
}

function checkMessage(message: HistoryMessage): void {
  const { seq, atMs, account, device, evidence } = message
  const wide = [seq, atMs, evidence?.epoch ?? 0n]
  require(wide.every((number) => number >= 0n && number <= MAX_U64), "a number of a message does not fit")
  require(fieldsOf(message).every((octets) => octets.length <= MAX_FIELD_BYTES), "a field of a message is too long")
  require(account.length === ID_BYTES && device.length === ID_BYTES, "an id has 16 octets")
}

function fieldsOf({ content, evidence }: HistoryMessage): Uint8Array[] {
  if (evidence === undefined) return [content]
  return [content, evidence.authenticatedData, evidence.signature, evidence.groupContext, evidence.leafNode]
}
