import assert from "node:assert/strict"
import { test } from "node:test"
import type { RecordingView } from "../protocol/events"
import { endOf, type Halt, haltOf, keeps, UNHEARD_MS } from "./recording-rules"
import type { Over } from "./room"

const VIEW: RecordingView = {
  ...{ request: "r", state: "recording", purpose: "training", text_hash: "", on_withdraw: "discard" },
  ...{ receivers: ["ada"], recorder: "d", requested_by: "ada", requested_at: 0, asked_until: 60_000 },
  consents: ["ada", "ben"].map((member) => ({ member, device: "d", at: 0, signature: new Uint8Array() })),
  ...{ missing: [], started_at: 5_000, stopped_at: null },
}
const without = (member: string) => VIEW.consents.filter((consent) => consent.member !== member)
const inside = (changed: Partial<RecordingView> | null, unheardMs = 0) =>
  haltOf(VIEW, { kind: "in", recording: changed && { ...VIEW, ...changed }, unheardMs })
const GIVEN = new Set(["ada", "ben"])

test("it goes on while everybody agrees and the server is heard", () => {
  assert.equal(inside({}), undefined)
  assert.equal(inside({}, UNHEARD_MS - 1), undefined)
})

test("one yes less ends it, whoever's it was, also if they are gone", () => {
  assert.equal(inside({ consents: without("ben") }), "withdrawn")
  assert.equal(inside({ consents: without("ada"), state: "stopped" }), "withdrawn")
  assert.equal(inside({ consents: without("ben"), missing: [] }), "withdrawn")
})

test("it ends when it is stopped, or is another one, or is none", () => {
  assert.equal(inside({ state: "stopped" }), "stopped")
  assert.equal(inside({ request: "other" }), "stopped")
  assert.equal(inside(null), "stopped")
})

test("where no withdrawal could be heard it ends", () => {
  assert.equal(inside({}, UNHEARD_MS), "unheard")
  assert.equal(haltOf(VIEW, { kind: "waiting" }), "put_out")
  for (const why of ["removed", "replaced", "connection_lost"] as const satisfies readonly Over[]) {
    assert.equal(haltOf(VIEW, { kind: "over", why }), "put_out")
  }
  for (const why of ["left", "ended", "everybody_left"] as const satisfies readonly Over[]) {
    assert.equal(haltOf(VIEW, { kind: "over", why }), "stopped")
  }
})

test("what was agreed for a withdrawal holds wherever one may have been missed", () => {
  const kept = (of: RecordingView) =>
    (["stopped", "withdrawn", "unheard", "put_out", "too_long", "failed"] as const satisfies readonly Halt[]).filter(
      (halt) => keeps(halt, of),
    )
  assert.deepEqual(kept(VIEW), ["stopped", "too_long", "failed"])
  assert.equal(kept({ ...VIEW, on_withdraw: "keep" }).length, 6)
})

test("everybody is told truly why there is none any more", () => {
  const stopped = { ...VIEW, state: "stopped", stopped_at: 9_000 } as const
  assert.equal(endOf(stopped, GIVEN, true), "stopped")
  assert.equal(endOf(stopped, GIVEN, false), "recorder_lost")
  assert.equal(endOf({ ...stopped, consents: without("ben") }, GIVEN, true), "withdrawn")
  assert.equal(endOf({ ...stopped, started_at: null }, GIVEN, true), "refused")
  assert.equal(endOf({ ...stopped, started_at: null, stopped_at: 60_000 }, GIVEN, true), "lapsed")
})
