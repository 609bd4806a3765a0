/**
 * The one form of a document about rewards: sorted keys, integers, ASCII, no blanks.
 *
 * What is signed and hashed is these octets. They are those of Python's
 * `rewards.canonical`; integers are `bigint`, so that nothing is rounded on the way.
 */

import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { isArray, isObject, type Json, parse, Real } from "../e2ee/formats/json"
import { Malformed } from "./errors"

export type Plain = bigint | boolean | string | readonly Plain[] | { readonly [name: string]: Plain }

const MAX_CHARS = 256 * 1024

/** The text of a value; all of it is ASCII. */
export function canonical(value: Plain): string {
  if (typeof value === "string") return quoted(value)
  if (typeof value !== "object") return String(value)
  if (isList(value)) return `[${value.map(canonical).join(",")}]`
  const pairs = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${pairs.map(([name, each]) => `${quoted(name)}:${canonical(each)}`).join(",")}}`
}

/** What a document says; whatever has no canonical form is refused. `Malformed`. */
export function parsed(text: string): Plain {
  if (text.length > MAX_CHARS) throw new Malformed("too_large")
  if (!isAscii(text)) throw new Malformed("not_ascii")
  let read: Json
  try {
    read = parse(text)
  } catch {
    throw new Malformed("not_json")
  }
  return plain(read)
}

/** SHA-256 in hex over a label and parts, each behind its length (4 octets). */
export function digest(label: string, ...parts: readonly Uint8Array[]): string {
  const pieces = [utf8ToBytes(label), ...parts].flatMap((part) => [lengthOf(part), part])
  return bytesToHex(sha256(concatBytes(...pieces)))
}

export function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value)
}

function plain(value: Json): Plain {
  if (value === null || value instanceof Real) throw new Malformed("fraction")
  if (typeof value === "number") return BigInt(value)
  if (isArray(value)) return value.map(plain)
  if (!isObject(value)) return value
  const pairs = Array.from(value, ([name, each]) => [name, plain(each)] as const)
  if (!pairs.every(([name, each]) => isAscii(name) && (typeof each !== "string" || isAscii(each)))) {
    throw new Malformed("not_ascii")
  }
  return Object.fromEntries(pairs)
}

// As Python's `json` with `ensure_ascii`, which also escapes DEL.
const quoted = (text: string) => JSON.stringify(text).replaceAll(/[^ -~]/g, escaped)
const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
const isAscii = (text: string) => !/[^\0-\x7f]/.test(text)

function lengthOf(part: Uint8Array): Uint8Array {
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, part.length)
  return length
}
