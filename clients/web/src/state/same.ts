/** Signals that change only when what they say does: a call is looked at four times a second. */

import type { Signal } from "@preact/signals"

/** Sets a signal, unless it says the same already. */
export function put<T>(signal: Signal<T>, value: T): void {
  if (!isSame(signal.peek(), value)) signal.value = value
}

/** Whether two values say the same: plain objects, lists, sets and dates by what is in them. */
export function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (one instanceof Date && other instanceof Date) return one.getTime() === other.getTime()
  if (one instanceof Set && other instanceof Set) return isSame([...one], [...other])
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((value, index) => isSame(value, other[index]))
  }
  if (!isPlain(one) || !isPlain(other)) return false
  const names = Object.keys(one)
  return names.length === Object.keys(other).length && names.every((name) => isSame(one[name], other[name]))
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
