import assert from "node:assert/strict"
import { test } from "node:test"
import { Slot } from "../e2ee/formats/media-slots"
import { NotConnected, Refused } from "../protocol/errors"
import type { ErrorCode, FeedView, RosterMember } from "../protocol/events"
import { changes, type FeedCommand, isAnother, isClaimed, retryMs, slotOf, verdictOf, wanted } from "./leg-rules"

const ALL: readonly FeedCommand[] = [
  "feed.publish",
  "feed.subscribe",
  "feed.unsubscribe",
  "feed.answer",
  "feed.restart",
]

function feed(of: string, more: Partial<FeedView> = {}): FeedView {
  return { feed: `${of}:1`, member: of, device: `${of}-device`, label: "main", paused: false, ...more }
}

function member(of: string, more: Partial<RosterMember> = {}): RosterMember {
  return {
    ...{ member: of, device: `${of}-device`, handle: of, seat_no: 1, role: "participant", conn_epoch: 1 },
    ...{ presence: "on", joined_at: 0, muted: true, camera: false, quality: "good" },
    ...{ is_held_mute: false, is_recorder: false, standing: "none", licence_checked_at: null, ...more },
  }
}

const isLeaf = (of: string, device: string) => device === `${of}-device`
const refused = (code: ErrorCode, retryAfterMs?: number) => new Refused(code, retryAfterMs)

test("a server that does not answer ends no connection", () => {
  for (const command of ALL) {
    assert.equal(verdictOf(command, new NotConnected("away")), "again")
    assert.equal(verdictOf(command, refused("sfu_unavailable", 300)), "again")
    assert.equal(verdictOf(command, refused("rate_limited", 300)), "again")
    assert.equal(verdictOf(command, refused("no_seat")), "again")
  }
})

test("an answer that came too late is followed by the newer offer, over the same connection", () => {
  assert.equal(verdictOf("feed.answer", refused("stale_pc_gen")), "superseded")
})

test("what the forwarder does not have is built anew, what it will not have is left", () => {
  assert.equal(verdictOf("feed.restart", refused("not_found")), "rebuild")
  assert.equal(verdictOf("feed.answer", refused("not_found")), "rebuild")
  assert.equal(verdictOf("feed.publish", refused("not_found")), "again")
  assert.equal(verdictOf("feed.publish", refused("role_required")), "never")
  assert.equal(verdictOf("feed.publish", refused("bad_sdp")), "never")
})

test("a forwarder that comes back within seconds finds everybody there within 300 ms", () => {
  const waits = Array.from({ length: 20 }, (_, failures) => retryMs(failures, undefined, () => (failures % 2) * 0.999))
  assert.ok(waits.every((wait) => wait >= 100 && wait <= 300))
  assert.equal(
    retryMs(20, undefined, () => 0),
    2_000,
  )
  assert.equal(
    retryMs(0, 5_000, () => 0),
    5_000,
  )
})

test("everybody else is received, and nobody under a name that is not theirs", () => {
  const feeds = [
    feed("ada"),
    feed("ben"),
    feed("ben", { feed: "ben:1:screen", label: "screen" }),
    feed("eve", { device: "ben-device" }),
    feed("eve", { feed: "ben:2" }),
  ]
  assert.deepEqual([...wanted({ feeds }, "ada", isLeaf).keys()], ["ben:1", "ben:1:screen"])
})

test("only what changes is asked for", () => {
  const want = new Map([feed("ben"), feed("cyd")].map((view) => [view.feed, view]))
  assert.deepEqual(changes(want, new Set(["ben:1", "dan:1"])), { add: ["cyd:1"], drop: ["dan:1"] })
  assert.deepEqual(changes(want, new Set(["ben:1", "cyd:1"])), { add: [], drop: [] })
})

test("each line of a feed has a slot of its own", () => {
  const slots = (["main", "screen"] as const).flatMap((label) => [slotOf(label, false), slotOf(label, true)])
  assert.deepEqual(slots, [Slot.microphone, Slot.camera, Slot.screenAudio, Slot.screen])
})

test("nobody is missed who says nothing, is away, stands still, or is not received", () => {
  const want = new Map([["ben:1", feed("ben")]])
  const had = new Set(["ben:1"])
  const claimed = (more: Partial<RosterMember>) => isClaimed(want, had, [member("ben", more)])
  assert.equal(claimed({ muted: false }), true)
  assert.equal(claimed({ camera: true }), true)
  assert.equal(claimed({}), false)
  assert.equal(claimed({ muted: false, presence: "away" }), false)
  assert.equal(isClaimed(want, new Set(), [member("ben", { muted: false })]), false)
  const still = new Map([["ben:1", feed("ben", { paused: true })]])
  assert.equal(isClaimed(still, had, [member("ben", { muted: false })]), false)
})

test("a number that nobody asked for says that all begins anew, and one's own replacement does not", () => {
  assert.equal(isAnother({ epoch: 3, isAsking: false }, 4), true)
  assert.equal(isAnother({ epoch: 3, isAsking: true }, 4), false)
  assert.equal(isAnother({ epoch: 3, isAsking: false }, 3), false)
  assert.equal(isAnother({ epoch: 3, isAsking: false }, 2), false)
  assert.equal(isAnother({ epoch: 3, isAsking: false }, undefined), false)
})
