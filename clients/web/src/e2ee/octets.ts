/** Octet strings, compared and used as keys. */

import type { Bytes } from "./engine"

export function equal(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && a.every((octet, position) => octet === b[position])
}

/** Octets with zeros behind them, `length` in all. */
export function padded(octets: Bytes, length: number): Bytes {
  const whole = new Uint8Array(length)
  whole.set(octets)
  return whole
}

/** A string that is equal for equal octets. */
export function keyOf(octets: Bytes): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("")
}

/** Negative, zero or positive as `a` stands before, at or after `b`: for sorting. */
export function compare(a: Bytes, b: Bytes): number {
  const shared = Math.min(a.length, b.length)
  for (let place = 0; place < shared; place++) {
    const difference = (a[place] ?? 0) - (b[place] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}
