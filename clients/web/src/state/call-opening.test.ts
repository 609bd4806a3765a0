import assert from "node:assert/strict"
import { test } from "node:test"
import type { SessionView } from "../protocol/events"
import { isToCome } from "./call-opening"

const NOW = 1_700_000_000_000
const HOUR = 3_600_000
const session = (more: Partial<SessionView>): SessionView => ({
  ...{ session: "s", conversation: "c", kind: "peer_circle", status: "planned", starts_at: NOW + HOUR, minutes: 90 },
  ...{ capacity: 8, staff_seats: 2, media: "video", needs_screening: false, is_screened: true },
  ...{ planned_by: "a", call: null },
  ...more,
})

test("what is planned is shown until its time is over, what is open as long as it is", () => {
  assert.equal(isToCome(session({}), NOW), true)
  assert.equal(isToCome(session({ starts_at: NOW - HOUR }), NOW), true)
  assert.equal(isToCome(session({ starts_at: NOW - 2 * HOUR }), NOW), false)
  assert.equal(isToCome(session({ starts_at: NOW - 2 * HOUR, status: "open", call: "c" }), NOW), true)
})

test("what is called off or over is not shown", () => {
  for (const status of ["cancelled", "over"] as const) assert.equal(isToCome(session({ status }), NOW), false)
})
