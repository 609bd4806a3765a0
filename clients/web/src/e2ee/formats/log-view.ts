/**
 * What one device knows of the transparency log, and when it has been lied to.
 *
 * A device keeps the newest head whose growth from the one before was proven. Heads that
 * others put into messages have to be shown to be of the same log. There are two ways to
 * be caught:
 *
 *     two signed heads of one size with different roots    a contradiction, at once
 *     no consistency proof within 24 hours                 the service cannot show one
 *
 * Either is a `SplitView`: both signed heads are kept, as evidence that anybody can check.
 *
 *     struct {
 *         uint8  version = 1;
 *         opaque log_public[32];
 *         optional<SignedHead> head;
 *         struct { SignedHead head; uint64 since; } awaited<V>;
 *         optional<struct { uint8 kind; SignedHead held; SignedHead other; }> split;
 *     } LogView;                          as it is stored
 */

import { equal } from "../octets"
import { decode as decodeStructure, type Reader, Writer } from "./codec"
import { KEY_BYTES } from "./ed25519"
import { FormatError } from "./errors"
import { whole } from "./times"
import { readHead, type SignedHead, verifyGrowth, verifyHead, writeHead } from "./transparency"

/** How long the service has to prove that a head belongs to its log. */
export const PROOF_DEADLINE_MS = 24 * 60 * 60 * 1000
/** How long a device waits between two heads in one group. */
export const GOSSIP_INTERVAL_MS = 60 * 60 * 1000
/** Most heads that wait for a proof; further ones are not kept. */
export const MAX_AWAITED = 16
/** Of the stored view. */
export const VERSION = 1

const SPLIT_KINDS = ["contradiction", "no_proof"] as const

/**
 * What a head turned out to be:
 * - `advanced`: newer and proven to continue the log, or the first; it is held from here
 * - `known`: of the size and root that is held
 * - `earlier`: proven to be an earlier state of the log that is held
 * - `unproven`: no proof came, or one that shows nothing; ask for it
 * - `split`: it contradicts the head that is held
 */
export type Observed = "advanced" | "known" | "earlier" | "unproven" | "split"

/** Two heads that the log signed and cannot both stand by. */
export interface SplitView {
  readonly kind: (typeof SPLIT_KINDS)[number]
  readonly held: SignedHead
  readonly other: SignedHead
}

/** A head that was not proven to be of the log so far. */
export interface Awaited {
  readonly head: SignedHead
  /** Unix milliseconds. */
  readonly sinceMs: bigint
}

/** What a device holds of one log. Every operation gives a new view. */
export interface LogView {
  /** Ed25519 public key that signs the heads. */
  readonly logPublic: Uint8Array
  /** The newest that was proven. */
  readonly head: SignedHead | undefined
  /** Oldest first. */
  readonly awaited: readonly Awaited[]
  /** Once found it stays: the person has to be told. */
  readonly split: SplitView | undefined
}

/** Nothing known so far: the first head is taken on trust. */
export function emptyView(logPublic: Uint8Array): LogView {
  return { logPublic, head: undefined, awaited: [], split: undefined }
}

/** The view as octets, to be stored. */
export function encode(view: LogView): Uint8Array {
  return new Writer()
    .u8(VERSION)
    .raw(view.logPublic)
    .optional(view.head, writeHead)
    .vector(view.awaited, (writer, each) => writeHead(writer, each.head).u64(each.sinceMs))
    .optional(view.split, (writer, split) =>
      writeHead(writeHead(writer.u8(SPLIT_KINDS.indexOf(split.kind) + 1), split.held), split.other),
    )
    .octets()
}

/** The view that was stored. `mls.decode`. */
export function decode(data: Uint8Array): LogView {
  return decodeStructure(read, data)
}

/**
 * The view after a head was shown by the service or by somebody in a message. `proof` is
 * the consistency proof between it and the head that is held, whichever is larger.
 * `log.wrong`, or `mls.signature`: the log did not sign it, it is nobody's evidence.
 */
export function observe(
  view: LogView,
  head: SignedHead,
  nowMs: number,
  proof?: readonly Uint8Array[],
): [LogView, Observed] {
  verifyHead(head, view.logPublic)
  const held = view.head
  if (held === undefined) return [{ ...view, head }, "advanced"]
  if (head.size === held.size) return sameSize(view, held, head)
  const [before, after] = head.size < held.size ? [head, held] : [held, head]
  // From an empty log everything follows: such a proof holds no hash.
  const unproven = (proof === undefined && before.size > 0n) || !grew(before, after, proof ?? [])
  if (unproven) return [awaiting(view, head, nowMs), "unproven"]
  return head.size < held.size ? [settled(view, head), "earlier"] : advanced(view, head)
}

/** Sizes `[first, second]` whose consistency proofs would settle what waits. */
export function proofsWanted(view: LogView): [bigint, bigint][] {
  const held = view.head?.size
  if (held === undefined) return []
  return view.awaited.map(({ head }) => (head.size < held ? [head.size, held] : [held, head.size]))
}

/**
 * The view, split if a proof is overdue. To be called after the service was asked for the
 * `proofsWanted`, not while the device is offline: silence that nobody could break is no
 * evidence.
 */
export function checkDeadline(view: LogView, nowMs: number): LogView {
  if (view.split !== undefined || view.head === undefined) return view
  const limit = whole(nowMs) - BigInt(PROOF_DEADLINE_MS)
  const overdue = view.awaited.find((each) => each.sinceMs <= limit)
  if (overdue === undefined) return view
  return { ...view, split: { kind: "no_proof", held: view.head, other: overdue.head } }
}

/** Whether the next message to a group, which was `told` a head before, should carry `head`. */
export function gossipDue(
  head: SignedHead | undefined,
  told: SignedHead | undefined,
  toldAtMs: number | undefined,
  nowMs: number,
): boolean {
  if (head === undefined || told?.size === head.size) return false
  return toldAtMs === undefined || nowMs - toldAtMs >= GOSSIP_INTERVAL_MS
}

function sameSize(view: LogView, held: SignedHead, head: SignedHead): [LogView, Observed] {
  if (!equal(head.root, held.root)) return [contradicted(view, held, head), "split"]
  return [{ ...view, head: head.timeMs > held.timeMs ? head : held }, "known"]
}

function contradicted(view: LogView, held: SignedHead, other: SignedHead): LogView {
  // A contradiction convinces anybody: it takes the place of a missing proof.
  if (view.split?.kind === "contradiction") return view
  return { ...view, split: { kind: "contradiction", held, other } }
}

function grew(before: SignedHead, after: SignedHead, proof: readonly Uint8Array[]): boolean {
  try {
    verifyGrowth(before, after, proof)
    return true
  } catch (error) {
    if (error instanceof FormatError && error.code === "log.proof_invalid") return false
    throw error
  }
}

function awaiting(view: LogView, head: SignedHead, nowMs: number): LogView {
  const waits = view.awaited.some((each) => sameTree(each.head, head))
  if (waits || view.awaited.length === MAX_AWAITED) return view
  return { ...view, awaited: [...view.awaited, { head, sinceMs: whole(nowMs) }] }
}

function advanced(view: LogView, head: SignedHead): [LogView, Observed] {
  const next = { ...settled(view, head), head }
  const other = next.awaited.find((each) => each.head.size === head.size)
  return other === undefined ? [next, "advanced"] : [contradicted(next, head, other.head), "split"]
}

/** The view in which a head waits no longer. */
function settled(view: LogView, head: SignedHead): LogView {
  return { ...view, awaited: view.awaited.filter((each) => !sameTree(each.head, head)) }
}

function sameTree(one: SignedHead, other: SignedHead): boolean {
  return one.size === other.size && equal(one.root, other.root)
}

function read(reader: Reader): LogView {
  if (reader.u8() !== VERSION) throw new FormatError("mls.decode", "log view is of another version")
  return {
    logPublic: reader.raw(KEY_BYTES),
    head: reader.optional(readHead),
    awaited: reader.vector((inner) => ({ head: readHead(inner), sinceMs: inner.u64() })),
    split: reader.optional(readSplit),
  }
}

function readSplit(reader: Reader): SplitView {
  const kind = SPLIT_KINDS[reader.u8() - 1]
  if (kind === undefined) throw new FormatError("mls.decode", "split view is of an unknown kind")
  return { kind, held: readHead(reader), other: readHead(reader) }
}
