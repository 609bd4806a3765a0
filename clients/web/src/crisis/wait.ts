/**
 * How long people waited lately, in numbers that can be said: whole minutes, as a range.
 * It is no countdown and no promise, so it is rounded up and never says "now".
 */

export interface WaitRange {
  readonly from: number
  readonly to: number
}

const MINUTE_MS = 60_000

/** In minutes, for half and for nearly all of those who waited; undefined where too few did. */
export function waitRange(p50Ms: number | null, p90Ms: number | null): WaitRange | undefined {
  if (p50Ms === null || p90Ms === null) return undefined
  const from = Math.max(1, Math.ceil(p50Ms / MINUTE_MS))
  return { from, to: Math.max(from, Math.ceil(p90Ms / MINUTE_MS)) }
}
