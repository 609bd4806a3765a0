/**
 * How long to wait before trying again: full jitter, so that a thousand pages that lose
 * their server in the same instant come back spread out.
 */

export const FIRST_CONNECT_DELAY_MS = 2_000
export const MAX_DELAY_MS = 30_000

/** Before connecting again, after `attempt` failures in a row. */
export function connectDelayMs(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(MAX_DELAY_MS, FIRST_CONNECT_DELAY_MS * 2 ** Math.min(attempt, 8))
}

/** Before sending the same thing again: 1, 2, 4 … 30 s, never less than was asked for. */
export function retryDelayMs(attempt: number, askedMs = 0, random: () => number = Math.random): number {
  return askedMs + random() * Math.min(MAX_DELAY_MS, 1_000 * 2 ** Math.min(attempt, 8))
}
