/**
 * Times at the desk. All of them are the server's: a device whose clock is wrong shows
 * the same seconds as any other. Values in Unix milliseconds.
 */

/** What to add to this device's clock to have the server's, by an answer that came just now. */
export function offsetOf(serverNow: number, deviceNow: number): number {
  return serverNow - deviceNow
}

/** Whole seconds that are left, rounded up: "1" until it is over. Negative once it has passed. */
export function secondsLeft(until: number, now: number): number {
  const left = (until - now) / 1_000
  return left > 0 ? Math.ceil(left) : Math.floor(left) + 0
}

/** How much of the time from `begin` to `until` is left, from 1 to 0. */
export function shareLeft(begin: number, until: number, now: number): number {
  if (until <= begin) return 0
  return Math.min(1, Math.max(0, (until - now) / (until - begin)))
}
