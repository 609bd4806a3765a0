/**
 * Any value of the formats as JSON and back, so that one test can compare values of two
 * languages: octets are `{octets: base64}`, integers `{integer: decimal}`.
 */

import { base64, octetsOf, type Json } from "./wire"

export function describe(value: unknown): Json {
  if (value === undefined || value === null) return null
  if (typeof value === "bigint" || typeof value === "number") return { integer: value.toString() }
  if (typeof value === "string" || typeof value === "boolean") return value
  if (value instanceof Uint8Array) return { octets: base64(value) }
  if (Array.isArray(value)) return value.map(describe)
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, describe(each)]))
}

/** What `describe` was given, as the type that the caller knows it to be. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export function revive<T>(described: Json | undefined, integer: (decimal: string) => unknown = BigInt): T {
  return revived(described ?? null, integer) as T
}

function revived(described: Json, integer: (decimal: string) => unknown): unknown {
  if (described === null) return undefined
  if (typeof described !== "object") return described
  if (Array.isArray(described)) return described.map((each) => revived(each, integer))
  if (typeof described.octets === "string") return octetsOf(described.octets)
  if (typeof described.integer === "string") return integer(described.integer)
  const present = Object.entries(described).filter(([, each]) => each !== null)
  return Object.fromEntries(present.map(([name, each]) => [name, revived(each, integer)]))
}
