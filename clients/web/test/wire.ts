/** Values on the JSON lines between the tests and the formats. */

import type { Rng } from "../src/e2ee/formats/requests"

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
export type Fields = Readonly<Record<string, Json>>
/** What can be asked: a verb takes the fields of its request and gives the answer. */
export type Verbs = Readonly<Record<string, (fields: Fields) => Json | Promise<Json>>>

export function base64(octets: Uint8Array): string {
  let binary = ""
  for (let at = 0; at < octets.length; at += 4096) binary += String.fromCharCode(...octets.subarray(at, at + 4096))
  return btoa(binary)
}

export function octetsOf(value: Json | undefined): Uint8Array {
  const binary = atob(value as string)
  const octets = new Uint8Array(binary.length)
  for (let at = 0; at < binary.length; at++) octets[at] = binary.charCodeAt(at)
  return octets
}

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
