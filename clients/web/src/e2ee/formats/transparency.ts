/**
 * The heads of the transparency log, and what is proven under them (RFC 9162).
 *
 *     struct {
 *         uint8  version = 1;
 *         opaque log_id[32];              SHA-256 of the log's public key
 *         uint64 size;
 *         opaque root[32];
 *         uint64 time;                    Unix milliseconds
 *         opaque signature[64];           over "MentalVerse log head v1" ‖ all before
 *     } SignedHead;                       145 octets
 *
 * That an entry is included says that its owner can see it, not that it is the latest.
 */

import { sha256 } from "@noble/hashes/sha2.js"
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { equal } from "../octets"
import { decode as decodeStructure, type Reader, Writer } from "./codec"
import { SIGNATURE_BYTES, verify as verifySignature } from "./ed25519"
import { FormatError } from "./errors"
import { leafHash, type LogEntry } from "./log-entry"
import { type Frontier, verifyConsistency, verifyInclusion } from "./merkle"
import { HASH_BYTES } from "./requests"

/** The only version of heads. */
export const VERSION = 1

const HEAD_LABEL = utf8ToBytes("MentalVerse log head v1")

/** What the log was at one time; `verifyHead` checks the signature. */
export interface SignedHead {
  readonly logId: Uint8Array
  readonly size: bigint
  readonly root: Uint8Array
  /** Unix milliseconds, by the clock of the service. */
  readonly timeMs: bigint
  readonly signature: Uint8Array
}

export function encode(head: SignedHead): Uint8Array {
  return writeHead(new Writer(), head).octets()
}

/** The head that `data` holds; nothing is verified. `mls.decode`. */
export function decode(data: Uint8Array): SignedHead {
  return decodeStructure(readHead, data)
}

/** The id of the log that a public key signs the heads of. */
export function logIdOf(logPublic: Uint8Array): Uint8Array {
  return sha256(logPublic)
}

/** Check that the log signed a head. `log.wrong`, `mls.signature`. */
export function verifyHead(head: SignedHead, logPublic: Uint8Array): void {
  if (!equal(head.logId, logIdOf(logPublic))) throw new FormatError("log.wrong", "the head is of another log")
  verifySignature(logPublic, concatBytes(HEAD_LABEL, writeSigned(new Writer(), head).octets()), head.signature)
}

/** Check that an entry stands where it says under a verified head. `log.proof_invalid`. */
export function verifyEntry(entry: LogEntry, proof: readonly Uint8Array[], head: SignedHead): void {
  verifyInclusion(leafHash(entry), entry.seq, head.size, proof, head.root)
}

/** Check that one verified head continues another. `log.wrong`, `log.proof_invalid`. */
export function verifyGrowth(before: SignedHead, after: SignedHead, proof: readonly Uint8Array[]): void {
  if (!equal(before.logId, after.logId)) throw new FormatError("log.wrong", "the heads are of different logs")
  verifyConsistency(before.size, before.root, after.size, after.root, proof)
}

/**
 * The frontier after the entries that come next, none left out: `log.entries_missing`.
 * Whoever reads every entry needs no proofs, and compares by `checkFrontier`.
 */
export function follow(frontier: Frontier, entries: Iterable<LogEntry>): Frontier {
  let grown = frontier
  for (const entry of entries) {
    if (entry.seq !== grown.size) throw new FormatError("log.entries_missing", "the entry is not the next one")
    grown = grown.append(leafHash(entry))
  }
  return grown
}

/** Check that a frontier is the one of a verified head. `log.proof_invalid`. */
export function checkFrontier(frontier: Frontier, head: SignedHead): void {
  if (frontier.size !== head.size || !equal(frontier.root(), head.root)) {
    throw new FormatError("log.proof_invalid", "the entries do not lead to the root")
  }
}

/** A head among other fields. */
export function readHead(reader: Reader): SignedHead {
  if (reader.u8() !== VERSION) throw new FormatError("mls.decode", "log head is of another version")
  return {
    logId: reader.raw(HASH_BYTES),
    size: reader.u64(),
    root: reader.raw(HASH_BYTES),
    timeMs: reader.u64(),
    signature: reader.raw(SIGNATURE_BYTES),
  }
}

/** A head among other fields. */
export function writeHead(writer: Writer, head: SignedHead): Writer {
  return writeSigned(writer, head).raw(head.signature)
}

function writeSigned(writer: Writer, head: SignedHead): Writer {
  return writer.u8(VERSION).raw(head.logId).u64(head.size).raw(head.root).u64(head.timeMs)
}
