/**
 * Which part of a long history is in the page: a few screens around what somebody
 * reads. The page stays as quick with ten thousand messages as with a hundred.
 *
 * Pure: positions in, positions out. `start` is the first shown, `end` one after the last.
 */

export interface Span {
  readonly start: number
  readonly end: number
}

/** Shown at most: enough that nobody scrolls through it before more comes. */
export const MOST = 120
const STEP = 20

/** Around one message, or the newest ones. */
export function around(count: number, index = count): Span {
  const end = Math.min(count, Math.max(index + MOST / 2, MOST))
  return { start: Math.max(0, end - MOST), end }
}

export function earlier({ start, end }: Span): Span {
  const first = Math.max(0, start - STEP)
  return { start: first, end: Math.min(end, first + MOST) }
}

export function later({ start, end }: Span, count: number): Span {
  const last = Math.min(count, end + STEP)
  return { start: Math.max(start, last - MOST), end: last }
}

/**
 * The same messages after the history has changed, and new ones if the newest was shown.
 *
 * `moved` is where the first shown message is now; undefined if it is gone.
 */
export function followed(span: Span, moved: number | undefined, before: number, after: number): Span {
  if (moved === undefined) return around(after)
  const shift = moved - span.start
  if (span.end < before) return { start: moved, end: Math.min(after, span.end + shift) }
  return { start: Math.max(moved, after - MOST, 0), end: after }
}
