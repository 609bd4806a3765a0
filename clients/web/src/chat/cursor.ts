/**
 * What a receiver does with the next row it sees.
 *
 * The log of a conversation is the truth and a push is a hint that carries the payload. A
 * receiver at cursor c applies exactly row c + 1; anything else sends it to the log. Rows
 * at or below the cursor have been applied: they are dropped without another look, which
 * is what makes at-least-once delivery harmless.
 */

export type Step = "apply" | "drop" | "sync"

/** The step for a row, for a receiver that has applied `cursor`. */
export function onRow(cursor: number, seq: number): Step {
  if (seq <= cursor) return "drop"
  return seq === cursor + 1 ? "apply" : "sync"
}

/** Whether the log is shorter than what was applied: the server was put back. */
export function rewound(cursor: number, head: number): boolean {
  return head < cursor
}

/** Whether a page continues `since` without a gap: the test for withheld rows. */
export function contiguous(since: number, seqs: readonly number[]): boolean {
  return seqs.every((seq, place) => seq === since + 1 + place)
}
