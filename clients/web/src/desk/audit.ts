/**
 * The log of the desk, verified by whoever reads it: the counterpart of
 * `mentalverse_crisis.audit`, which says what the chain is and why, held to it octet for
 * octet.
 *
 *     hash = SHA-256(label ‖ previous hash ‖ number ‖ canonical(entry))
 *
 * What Python would not read as a row is `form` here: a field that is not known would be
 * in no hash, and whoever added it would not be found. Numbers above 2^53 − 1 are refused
 * as well, and no log has them. The names of what can happen (`what`) are not known here: a
 * row says what it says, and its hash is over that.
 */

import { hmac } from "@noble/hashes/hmac.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { FormatError } from "../e2ee/formats/errors"
import { isObject, type Json, type JsonObject, parse } from "../e2ee/formats/json"

/** Fields that can be erased. */
export const PERSONAL = ["actor", "language", "reason", "region", "responder"] as const
type Personal = (typeof PERSONAL)[number]

/** What stands before the first row. */
export const GENESIS = bytesToHex(sha256(utf8ToBytes("MentalVerse crisis log v1")))

/** Where a chain does not hold; the words of Python's `Flaw`, and `form`. */
export type Flaw = "form" | "number" | "link" | "commitment" | "value" | "hash" | "head"

export interface Broken {
  /** Index of the row, from 0; the number of rows if the end is missing. */
  readonly place: number
  readonly flaw: Flaw
}

const ROW = utf8ToBytes("MentalVerse crisis row v1")
const FIELD = utf8ToBytes("MentalVerse crisis field v1")

/** How a value is written: text, a whole number, or one of a few words. */
type Kind = "s" | "i" | "e"
/** Every field of an entry in the order of its name, with the value that is left out. */
const FIELDS: readonly (readonly [name: string, kind: Kind, left: string | number | null | undefined])[] = [
  ["actor", "s", ""],
  ["at_ms", "i", undefined],
  ["band", "i", null],
  ["case", "s", undefined],
  ["drill", "s", ""],
  ["language", "s", ""],
  ["level", "i", 0],
  ["offer", "s", ""],
  ["outcome", "s", ""],
  ["policy", "s", ""],
  ["reason", "s", ""],
  ["region", "s", ""],
  ["responder", "s", ""],
  ["side", "s", ""],
  ["tap_ms", "i", null],
  ["what", "e", undefined],
]
const KINDS = new Map(FIELDS.map(([name, kind]) => [name, kind]))
const NONE: JsonObject = new Map()
const AROUND = ["seq", "prev_hash", "hash", "commitments", "salts"]

export interface Row {
  /** Of the chain, from 0. */
  readonly seq: number
  readonly prevHash: string
  readonly hash: string
  /** When it happened, in Unix milliseconds. */
  readonly atMs: number
  readonly what: string
  /** Of the entry, without what is at its default. */
  readonly fields: ReadonlyMap<string, string | number>
  readonly commitments: ReadonlyMap<string, string>
  /** Of the fields that have not been erased. */
  readonly salts: ReadonlyMap<string, string>
}

/** One line of the log; undefined if it is none. */
export function readRow(line: string): Row | undefined {
  try {
    const row = parse(line)
    return isObject(row) ? rowOf(row) : undefined
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

/** Follows a log from its first row on. */
export class Chain {
  /** Rows that hold. */
  length = 0
  /** Of the last row; `GENESIS` before the first. */
  head = GENESIS
  /** Rows of which something was erased, as it has to be. */
  erased = 0
  firstAtMs: number | undefined
  lastAtMs: number | undefined
  /** The first place where the chain does not hold; nothing after it is looked at. */
  broken: Broken | undefined
  private readonly known: ReadonlySet<string>
  private readonly passed = new Set([GENESIS])

  /** @param known heads from elsewhere, to be found on the way */
  constructor(known: Iterable<string> = []) {
    this.known = new Set(known)
  }

  take(line: string): void {
    if (this.broken !== undefined) return
    const row = readRow(line)
    const flaw = row === undefined ? "form" : flawOf(row, this.length, this.head)
    if (row === undefined || flaw !== undefined) {
      this.broken = { place: this.length, flaw: flaw ?? "form" }
      return
    }
    this.length += 1
    this.head = row.hash
    this.firstAtMs ??= row.atMs
    this.lastAtMs = row.atMs
    if (row.salts.size < PERSONAL.length) this.erased += 1
    if (this.known.has(row.hash)) this.passed.add(row.hash)
  }

  /** Whether the log ever ended with this hash; `head` has to be one of the known. */
  hasHad(head: string): boolean {
    return this.passed.has(head) || this.head === head
  }
}

/** The first place where a whole log does not hold, or none; `head` is known from elsewhere. */
export function verify(lines: Iterable<string>, head?: string): Broken | undefined {
  const chain = new Chain(head === undefined ? [] : [head])
  for (const line of lines) chain.take(line)
  if (chain.broken !== undefined) return chain.broken
  return head === undefined || chain.hasHad(head) ? undefined : { place: chain.length, flaw: "head" }
}

/** The octets that a row's hash is over; a field with a commitment is that alone. */
export function canonical({ fields, commitments }: Pick<Row, "fields" | "commitments">): Uint8Array {
  const parts: Uint8Array[] = []
  for (const [name, kind] of FIELDS) {
    const commitment = commitments.get(name)
    const value = fields.get(name)
    if (commitment !== undefined) parts.push(framed(utf8ToBytes(name)), framed(marked("c", hexToBytes(commitment))))
    else if (value !== undefined) {
      parts.push(framed(utf8ToBytes(name)), framed(marked(kind, utf8ToBytes(String(value)))))
    }
  }
  return concatBytes(...parts)
}

// --- one row ---

function rowOf(row: JsonObject): Row | undefined {
  const fields = new Map<string, string | number>()
  for (const [name, value] of row) {
    const kind = KINDS.get(name)
    if (kind === undefined && !AROUND.includes(name)) return undefined
    if (kind !== undefined && typeof value !== (kind === "i" ? "number" : "string") && value !== null) return undefined
  }
  for (const [name, , left] of FIELDS) {
    const value = row.get(name)
    if (value === undefined || value === null) {
      if (left === undefined || (value === null && left !== null)) return undefined
    } else if (value !== left) fields.set(name, value as string | number)
  }
  const [seq, prevHash, hash] = [row.get("seq"), row.get("prev_hash"), row.get("hash")]
  const [commitments, salts] = [hexes(row.get("commitments")), hexes(row.has("salts") ? row.get("salts") : NONE)]
  if (typeof seq !== "number" || seq < 0 || !isHex(prevHash) || !isHex(hash)) return undefined
  if (commitments === undefined || salts === undefined) return undefined
  const [atMs, what] = [fields.get("at_ms") as number, fields.get("what") as string]
  return { seq, prevHash, hash, atMs, what, fields, commitments, salts }
}

function hexes(value: Json | undefined): ReadonlyMap<string, string> | undefined {
  if (value === undefined || !isObject(value)) return undefined
  for (const each of value.values()) if (!isHex(each)) return undefined
  return value as ReadonlyMap<string, string>
}

/** 32 octets. Lower case only: one value has one form. */
const isHex = (value: Json | undefined): value is string => typeof value === "string" && /^[0-9a-f]{64}$/.test(value)

function flawOf(row: Row, place: number, prevHash: string): Flaw | undefined {
  if (row.seq !== place) return "number"
  if (row.prevHash !== prevHash) return "link"
  if (row.commitments.size !== PERSONAL.length || !PERSONAL.every((name) => row.commitments.has(name))) {
    return "commitment"
  }
  if ([...row.salts.keys()].some((name) => !PERSONAL.includes(name as Personal))) return "commitment"
  if (!PERSONAL.every((name) => isCommitted(row, name))) return "value"
  return hashOf(row) === row.hash ? undefined : "hash"
}

function isCommitted(row: Row, name: Personal): boolean {
  const value = String(row.fields.get(name) ?? "")
  const salt = row.salts.get(name)
  if (salt === undefined) return value === ""
  const message = concatBytes(FIELD, framed(utf8ToBytes(name)), framed(utf8ToBytes(value)))
  return bytesToHex(hmac(sha256, hexToBytes(salt), message)) === row.commitments.get(name)
}

function hashOf(row: Row): string {
  const number = new Uint8Array(8)
  new DataView(number.buffer).setBigUint64(0, BigInt(row.seq))
  return bytesToHex(sha256(concatBytes(ROW, hexToBytes(row.prevHash), number, canonical(row))))
}

function framed(octets: Uint8Array): Uint8Array {
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, octets.length)
  return concatBytes(length, octets)
}

const marked = (kind: string, octets: Uint8Array): Uint8Array => concatBytes(utf8ToBytes(kind), octets)
