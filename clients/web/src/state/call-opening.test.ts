import assert from "node:assert/strict"
import { test } from "node:test"
import type { Chat } from "../chat/chat"
import { NotConnected } from "../protocol/errors"
import type { SessionView } from "../protocol/events"
import type { CallPlan } from "./call-models"
import { isToCome, plan } from "./call-opening"
import { Requests } from "./requests"

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

/** Plans under the requests of one page; every answer but the last is lost. */
async function planning(...plans: readonly CallPlan[]) {
  const asked: { request: string }[] = []
  const call = (name: string, payload: { request: string }) => {
    assert.equal(name, "session.plan")
    asked.push(payload)
    return asked.length < plans.length ? Promise.reject(new NotConnected("gone")) : Promise.resolve(session({}))
  }
  let count = 0
  const requests = new Requests((length) => new Uint8Array(length).fill(++count))
  for (const each of plans) await plan({ call } as unknown as Chat, requests, "c", each).catch(() => undefined)
  return { asked, requests: asked.map(({ request }) => request) }
}

const SOON: CallPlan = { startsAt: new Date(NOW + HOUR), minutes: 50, media: "audio" }

test("the server is told when, how long and with what, and nothing else", async () => {
  const { asked } = await planning(SOON)
  const request = "01".repeat(16)
  const when = { starts_at: NOW + HOUR, minutes: 50, media: "audio" }
  assert.deepEqual(asked, [{ request, conversation: "c", kind: "individual", ...when }])
})

test("what is planned again without an answer is planned once, and another plan is another one", async () => {
  const { requests } = await planning(SOON, { ...SOON }, { ...SOON, minutes: 25 }, SOON)
  assert.deepEqual(requests[1], requests[0])
  assert.notEqual(requests[2], requests[0])
  assert.equal(requests[3], requests[0])
})
