/** Values on the JSON lines between the tests and the formats. */

import type { Rng } from "../src/e2ee/formats/requests"

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
export type Fields = Readonly<Record<string, Json>>
/** What can be asked: a verb takes the fields of its request and gives the answer. */
export type Verbs = Readonly<Record<string, (fields: Fields) => Json | Promise<Json>>>

export const base64 = (octets: Uint8Array): string => Buffer.from(octets).toString("base64")

export const octetsOf = (value: Json | undefined): Uint8Array => new Uint8Array(Buffer.from(value as string, "base64"))

/** 64-bit integers cross as decimal text. */
export const u64 = (value: Json | undefined): bigint => BigInt(value as string)

/** Random octets that the test chose: they are taken in order, and must suffice. */
export function drawn(value: Json | undefined): Rng {
  let left = octetsOf(value)
  return (length) => {
    const taken = left.slice(0, length)
    if (taken.length < length) throw new Error("the test gave too few random octets")
    left = left.subarray(length)
    return taken
  }
}
