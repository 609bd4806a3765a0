/**
 * The Merkle tree of an append-only log (RFC 9162 §2.1), with SHA-256, for whoever follows
 * the log; making proofs is the service's part.
 *
 *     MTH({})     = SHA-256()
 *     MTH({d})    = SHA-256(0x00 ‖ d)
 *     MTH(D[0:n]) = SHA-256(0x01 ‖ MTH(D[0:k]) ‖ MTH(D[k:n]))   k < n ≤ 2k, k = 2^i
 */

import { sha256 } from "@noble/hashes/sha2.js"
import { concatBytes } from "@noble/hashes/utils.js"
import { equal } from "../octets"
import { FormatError } from "./errors"
import { HASH_BYTES, require } from "./requests"

/** The root of a log without entries. */
export const EMPTY_ROOT = sha256(new Uint8Array(0))
/** Most hashes in a proof of a log of fewer than 2^63 entries. */
export const MAX_PROOF_HASHES = 64

/** The hash of an entry. */
export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256(concatBytes(LEAF, entry))
}

/** The hash over two subtrees. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concatBytes(NODE, left, right))
}

const LEAF = new Uint8Array([0])
const NODE = new Uint8Array([1])

/** All that appending needs of a log: entry by entry it gives the root. */
export class Frontier {
  /**
   * `peaks` are the hashes of the complete subtrees from left to right, the largest first:
   * one for each set bit of the size, else `mls.state.invalid_request`.
   */
  constructor(
    readonly size = 0n,
    readonly peaks: readonly Uint8Array[] = [],
  ) {
    require(size >= 0n && peaks.length === bitCount(size), "a log has one peak for each set bit of its size")
    require(peaks.every((peak) => peak.length === HASH_BYTES), "a peak has 32 octets")
  }

  /** The log with one more `leafHash`. */
  append(leaf: Uint8Array): Frontier {
    const peaks = [...this.peaks]
    let completed = leaf
    for (let place = this.size; odd(place); place >>= 1n) completed = nodeHash(peaks.pop() ?? EMPTY_ROOT, completed)
    return new Frontier(this.size + 1n, [...peaks, completed])
  }

  /** The root of the log at this size. */
  root(): Uint8Array {
    const last = this.peaks.at(-1)
    return last === undefined
      ? EMPTY_ROOT
      : this.peaks.slice(0, -1).reduceRight((root, peak) => nodeHash(peak, root), last)
  }
}

/**
 * Check that `leaf` is the hash of entry `index`, from 0, of the log with that root
 * (§2.1.3.2). `log.proof_invalid`.
 */
export function verifyInclusion(
  leaf: Uint8Array,
  index: bigint,
  size: bigint,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): void {
  checkForm([...proof, root], proof.length)
  if (index < 0n || index >= size) throw invalid("the entry is outside the log")
  const path = new Path(index, size - 1n)
  let found = leaf
  for (const sibling of proof) {
    found = path.climb() === "left" ? nodeHash(sibling, found) : nodeHash(found, sibling)
  }
  path.end()
  if (!equal(found, root)) throw invalid("the proof does not lead to the root")
}

/**
 * Check that the log with the second root begins as the one with the first (§2.1.4.2).
 * `log.proof_invalid`. From an empty log, and to the same size, the proof is empty.
 */
export function verifyConsistency(
  first: bigint,
  firstRoot: Uint8Array,
  second: bigint,
  secondRoot: Uint8Array,
  proof: readonly Uint8Array[],
): void {
  checkForm([...proof, firstRoot, secondRoot], proof.length)
  if (first < 0n || first > second) throw invalid("a log does not shrink")
  if (first === 0n || first === second) {
    const known = first === 0n ? EMPTY_ROOT : secondRoot
    if (proof.length > 0 || !equal(firstRoot, known)) throw invalid("the roots differ without a reason")
    return
  }
  const [start, ...siblings] = bitCount(first) === 1 ? [firstRoot, ...proof] : proof
  if (start === undefined) throw invalid("the proof is too short")
  const path = new Path(first - 1n, second - 1n)
  path.skipRightEdges()
  let before = start
  let after = start
  for (const sibling of siblings) {
    if (path.climb() === "left") {
      before = nodeHash(sibling, before)
      after = nodeHash(sibling, after)
    } else {
      after = nodeHash(after, sibling)
    }
  }
  path.end()
  if (!equal(before, firstRoot) || !equal(after, secondRoot)) throw invalid("the proof does not lead to the roots")
}

/** A way from a node up to the root, level by level, by the places of node and last node. */
class Path {
  constructor(
    private place: bigint,
    private last: bigint,
  ) {}

  /** One sibling further up; on which side of the node it stands. */
  climb(): "left" | "right" {
    if (this.last === 0n) throw invalid("the proof is too long")
    const side = odd(this.place) || this.place === this.last ? "left" : "right"
    // The last node of a level may have no sibling there: it is its own parent.
    while (side === "left" && this.place > 0n && !odd(this.place)) this.rise()
    this.rise()
    return side
  }

  /** Up to the complete subtree that ends at this place. */
  skipRightEdges(): void {
    while (odd(this.place)) this.rise()
  }

  /** Check that this is the root. */
  end(): void {
    if (this.last !== 0n) throw invalid("the proof is too short")
  }

  private rise(): void {
    this.place >>= 1n
    this.last >>= 1n
  }
}

function odd(value: bigint): boolean {
  return (value & 1n) === 1n
}

function bitCount(value: bigint): number {
  return value.toString(2).replaceAll("0", "").length
}

function checkForm(hashes: readonly Uint8Array[], proofLength: number): void {
  if (proofLength > MAX_PROOF_HASHES) throw invalid("the proof is too long")
  if (hashes.some((each) => each.length !== HASH_BYTES)) throw invalid("a hash has 32 octets")
}

function invalid(message: string): FormatError {
  return new FormatError("log.proof_invalid", message)
}
