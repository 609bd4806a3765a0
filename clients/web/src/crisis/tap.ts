/**
 * The tap with which somebody asks for help. It is kept before anything else happens, and
 * until the server has said that it is kept there: whatever is lost on the way, the same
 * request goes again, and finds the case that it has opened.
 *
 * The clock of the case starts at the tap: with each attempt the server is told how long
 * ago that was, since it cannot know this device's time of day.
 */

import type { CaseOpen } from "../protocol/events"
import * as s from "../protocol/shape"

export const Tap = s.struct({
  /** One for each tap. */
  request: s.text,
  /** By this device's clock, in Unix milliseconds. */
  at: s.integer,
  /** What the page speaks, and whose numbers it shows; both may be empty. */
  language: s.text,
  region: s.text,
  /** The call from within which it was, if it was. */
  call: s.absent(s.text, ""),
  /** Who leads that call may know. */
  tellsLead: s.absent(s.flag, false),
})
export type Tap = s.Of<typeof Tap>

const REQUEST_BYTES = 16
/** What the protocol takes; the server heeds a minute of it. */
const MAX_AGE_MS = 24 * 3_600_000

/** From within which call, and whether those who lead it may know. */
export interface FromCall {
  readonly call: string
  readonly tellsLead: boolean
}

export function newTap(language: string, region: string, nowMs: number, from?: FromCall): Tap {
  const octets = crypto.getRandomValues(new Uint8Array(REQUEST_BYTES))
  const request = Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("")
  return { request, at: nowMs, language, region, call: from?.call ?? "", tellsLead: from?.tellsLead === true }
}

/** What is sent of it now. A clock that was put back makes it new, never old. */
export function openingOf({ request, at, language, region, call, tellsLead }: Tap, nowMs: number): CaseOpen {
  const age = Math.min(Math.max(0, Math.round(nowMs - at)), MAX_AGE_MS)
  return { request, tap_age_ms: age, language, region, ...(call !== "" && { call, tell_lead: tellsLead }) }
}
