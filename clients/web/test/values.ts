/**
 * Structures on the JSON lines: octets as `{"$octets": base64}`, 64-bit integers as
 * `{"$u64": decimal}`, what is not there as null. `tests/support/format_values.py` is the
 * other end.
 */

import { base64, type Json, octetsOf } from "./wire"

/** The JSON of a structure. */
export function shown(value: unknown): Json {
  if (value === undefined || value === null) return null
  if (value instanceof Uint8Array) return { $octets: base64(value) }
  if (typeof value === "bigint") return { $u64: String(value) }
  if (Array.isArray(value)) return value.map(shown)
  if (typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, shown(v)]))
  return value as Json
}

/** The structure of JSON, which the test has to give the form that is asked for. */
export function taken(value: Json | undefined): unknown {
  if (value === null || value === undefined || typeof value !== "object") return value ?? undefined
  if (Array.isArray(value)) return value.map(taken)
  if ("$octets" in value) return octetsOf(value.$octets)
  if ("$u64" in value) return BigInt(value.$u64 as string)
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, taken(v)]))
}
