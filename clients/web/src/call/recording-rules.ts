/**
 * When a recording of this device is over, why, and what becomes of it; and what others are
 * told of one.
 *
 * | What happens to the recorder                      | What was made               |
 * |---------------------------------------------------|-----------------------------|
 * | somebody takes their yes back                     | as was agreed (on_withdraw) |
 * | stopped; left; the call is over; too long; failed | kept                        |
 * | 4 s without the server; out of the call           | as was agreed               |
 *
 * The last line fails safe: a withdrawal may be what put it out, or what did not reach it.
 */

import type { RecordingView } from "../protocol/events"
import type { Over } from "./room"

/** Without a word from the server a withdrawal would not be heard, either. */
export const UNHEARD_MS = 4_000

/** Why this device records no more. */
export type Halt = "stopped" | "withdrawn" | "unheard" | "put_out" | "too_long" | "failed"

/** Where the recorder is. */
export type Place =
  | { readonly kind: "in"; readonly recording: RecordingView | null; readonly unheardMs: number }
  | { readonly kind: "waiting" }
  | { readonly kind: "over"; readonly why: Over }

/** Why a recording that runs here must end, if it must. `before`: the request as it was when it began. */
export function haltOf(before: RecordingView, place: Place): Halt | undefined {
  switch (place.kind) {
    case "waiting":
      return "put_out"
    case "over":
      return PUT_OUT.has(place.why) ? "put_out" : "stopped"
    case "in":
      return haltInside(before, place.recording, place.unheardMs)
  }
}

/** Whether what was made so far stays. */
export function keeps(halt: Halt, { on_withdraw }: RecordingView): boolean {
  return on_withdraw === "keep" || !FOLLOWS_RULE.has(halt)
}

/** Why a request came to its end, as anybody sees it. `given`: who had agreed at any time. */
export function endOf(
  view: RecordingView,
  given: ReadonlySet<string>,
  isRecorderHere: boolean,
): "stopped" | "withdrawn" | "refused" | "lapsed" | "recorder_lost" {
  if (view.started_at === null) {
    const isLate = view.stopped_at !== null && view.stopped_at >= view.asked_until
    return isLate ? "lapsed" : "refused"
  }
  if (isTakenBack(given, view)) return "withdrawn"
  return isRecorderHere ? "stopped" : "recorder_lost"
}

function haltInside(before: RecordingView, now: RecordingView | null, unheardMs: number): Halt | undefined {
  if (now?.request !== before.request) return "stopped"
  if (isTakenBack(new Set(before.consents.map(({ member }) => member)), now)) return "withdrawn"
  if (now.state !== "recording") return "stopped"
  return unheardMs >= UNHEARD_MS ? "unheard" : undefined
}

/** A yes goes away only when it is taken back; who leaves has still given it. */
function isTakenBack(given: ReadonlySet<string>, { consents }: RecordingView): boolean {
  const now = new Set(consents.map(({ member }) => member))
  return [...given].some((member) => !now.has(member))
}

const PUT_OUT: ReadonlySet<Over> = new Set<Over>(["removed", "replaced", "connection_lost"])
const FOLLOWS_RULE: ReadonlySet<Halt> = new Set<Halt>(["withdrawn", "unheard", "put_out"])
