/** Octet strings, compared and used as keys. */

import type { Bytes } from "./engine"

export function equal(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && a.every((octet, position) => octet === b[position])
}

/** A string that is equal for equal octets. */
export function keyOf(octets: Bytes): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("")
}
