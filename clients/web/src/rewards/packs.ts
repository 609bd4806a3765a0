/**
 * What an installation pays, as data: the part of a pack that a receipt is recomputed by.
 *
 * A pack comes in its canonical form, under the policy key. Whether it may be paid by is
 * decided where it is activated (`rewards.lint` in Python); here it has to be exactly the
 * one that a receipt names.
 */

import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { verifies } from "../e2ee/formats/ed25519"
import { canonical, isList, parsed, type Plain } from "./canonical"
import { Malformed } from "./errors"
import { asPair, asText, Fields } from "./fields"

export const MICRO = 1_000_000n
const LABEL = "MentalVerse reward pack v1"

export interface Rule {
  readonly code: string
  readonly title: string
  readonly lo: bigint
  readonly hi: bigint
  readonly bucket: string
  readonly exportAs: string
  readonly gates: readonly string[]
  readonly rubric: readonly (readonly [string, bigint])[]
  readonly noShowMinutes: bigint
  readonly perMinutes: bigint
  readonly mostMinutes: bigint
}

/** A measure that has to be above a ratio: `den * total > num * count`. */
export interface Above {
  readonly measure: string
  readonly num: bigint
  readonly den: bigint
  readonly least: bigint
}

export interface Bonus {
  readonly code: string
  readonly title: string
  readonly category: string
  readonly pct: bigint
  readonly state: string
  readonly buckets: readonly string[]
  readonly above: Above | undefined
}

export interface Pack {
  /** SHA-256 of its canonical octets, in hex. */
  readonly hash: string
  readonly name: string
  readonly rev: bigint
  readonly bonusCapPct: bigint
  readonly rules: readonly Rule[]
  readonly bonuses: readonly Bonus[]
}

/** A pack as it is handed on; key and signature in hex. */
export interface SignedPack {
  /** The canonical octets, as text. */
  readonly document: string
  readonly key: string
  readonly signature: string
}

/** The pack of a document in its canonical form. `Malformed`. */
export function readPack(document: string): Pack {
  const read = parsed(document)
  if (canonical(read) !== document) throw new Malformed("not_canonical")
  const hash = bytesToHex(sha256(utf8ToBytes(document)))
  return Fields.of(read, (fields) => packOf(fields, hash))
}

/** The pack of an envelope, if this policy key has signed it. `Malformed`. */
export function openPack(envelope: SignedPack, policyKey: string): Pack {
  const pack = readPack(envelope.document)
  if (envelope.key !== policyKey || !isSigned(envelope, pack.hash)) throw new Malformed("not_signed")
  return pack
}

function isSigned({ key, signature }: SignedPack, hash: string): boolean {
  try {
    const message = concatBytes(utf8ToBytes(LABEL), hexToBytes(hash))
    return verifies(hexToBytes(key), message, hexToBytes(signature))
  } catch {
    return false
  }
}

function packOf(fields: Fields, hash: string): Pack {
  if (fields.integer("v") !== 1n) throw new Malformed("v")
  const pack = {
    hash,
    name: fields.text("name"),
    rev: fields.integer("rev"),
    bonusCapPct: fields.integer("bonus_cap_pct"),
    rules: fields.list("rules", (one) => Fields.of(one, ruleOf)),
    bonuses: fields.list("bonuses", (one) => Fields.of(one, bonusOf)),
  }
  // From when it holds, how an epoch is split and what members pay make no receipt.
  for (const name of ["effective_from", "sources", "buckets", "fees"]) fields.take(name)
  return pack
}

function ruleOf(fields: Fields): Rule {
  const rule = {
    code: fields.text("code"),
    title: fields.text("title"),
    lo: fields.integer("lo"),
    hi: fields.integer("hi"),
    bucket: fields.text("bucket"),
    exportAs: fields.text("export_as"),
    gates: fields.texts("gates"),
    rubric: fields.list("rubric", asPair),
    noShowMinutes: fields.integer("no_show_minutes", 0n),
    perMinutes: fields.integer("per_minutes", 0n),
    mostMinutes: fields.integer("most_minutes", 0n),
  }
  // Which facts it is for and how often it pays was decided when it was posted.
  for (const name of ["event", "match", "mode", "caps"]) fields.take(name)
  return rule
}

function bonusOf(fields: Fields): Bonus {
  const above = fields.take("above")
  return {
    code: fields.text("code"),
    title: fields.text("title"),
    category: fields.text("category"),
    pct: fields.integer("pct"),
    state: fields.text("state"),
    buckets: bucketsOf(fields.take("buckets")),
    above: above === undefined ? undefined : Fields.of(above, aboveOf),
  }
}

function aboveOf(fields: Fields): Above {
  return {
    measure: fields.text("measure"),
    num: fields.integer("num"),
    den: fields.integer("den"),
    least: fields.integer("least", 1n),
  }
}

function bucketsOf(value: Plain | undefined): readonly string[] {
  if (value === undefined || !isList(value)) throw new Malformed("buckets")
  return value.map(asText)
}
