/**
 * Which wordings of edited messages a report shows when not all of them fit.
 *
 * A message can be edited many times, and each wording may be almost as long as a message
 * may be. Whoever wrote it must not be able to keep it out of reports that way. So every
 * message is shown in its first wording and its newest one. Of the others the newest are
 * taken first, over all messages, as long as they fit.
 *
 * Two wordings always fit: each is one message of the log. How long the reason is makes no
 * difference, so that a preview without it shows the same.
 *
 * Pure: no I/O, no clock.
 */

import { FormatError } from "../e2ee/formats/errors"
import { MAX_STATEMENT_BYTES, paddedReportBytes, type ReportedMessage } from "../e2ee/formats/franking"
import { MAX_PADDED_REPORT_BYTES, MAX_REPORTED_ROWS } from "../protocol/events"
import { ChatError } from "./errors"

const LONGEST_REASON = "x".repeat(MAX_STATEMENT_BYTES)

/** A message for a report, with every wording that can be proven. */
export interface Worded {
  /** From the first to the newest; at least one. */
  readonly wordings: readonly ReportedMessage[]
  /** The row of each in the log. */
  readonly seqs: readonly number[]
}

/** What a report holds of a message when the wordings at these places are shown. */
export function shownOf({ wordings }: Worded, places: ReadonlySet<number>): ReportedMessage[] {
  const shown = wordings.filter((_, place) => places.has(place))
  return shown.map((wording, index) =>
    index === 0 ? { ...wording, leftOut: wordings.length - shown.length } : wording,
  )
}

/**
 * The places of the wordings to show, of each message. Throws `ChatError`
 * (`client.not_reportable`, `too_much`) when the first and the newest are too much already.
 */
export function fit(messages: readonly Worded[]): ReadonlySet<number>[] {
  let shown = messages.map(({ wordings }) => new Set([0, wordings.length - 1]))
  if (!fits(messages, shown)) throw new ChatError("client.not_reportable", "too_much")
  const left = messages.flatMap(({ seqs }, message) =>
    seqs.flatMap((seq, place) => (shown[message]?.has(place) ? [] : [{ seq, message, place }])),
  )
  for (const { message, place } of left.sort((one, other) => other.seq - one.seq)) {
    const more = shown.map((places, index) => (index === message ? new Set([...places, place]) : places))
    if (fits(messages, more)) shown = more
  }
  return shown
}

function fits(messages: readonly Worded[], shown: readonly ReadonlySet<number>[]): boolean {
  const rows = messages.flatMap((message, index) => shownOf(message, shown[index] ?? new Set()))
  if (rows.length > MAX_REPORTED_ROWS) return false
  try {
    return paddedReportBytes({ messages: rows, statement: LONGEST_REASON }) <= MAX_PADDED_REPORT_BYTES
  } catch (error) {
    if (error instanceof FormatError && error.code === "report.too_large") return false
    throw error
  }
}
