import assert from "node:assert/strict"
import { test } from "node:test"
import { type CallRole, MAX_MARKS, type Presence, type Roster } from "../protocol/events"
import { Tally } from "./tally"

type Who = readonly [member: string, presence?: Presence, role?: CallRole]

/** Of a roster, what a tally reads. */
function roster(...people: readonly Who[]): Roster {
  const members = people.map(([member, presence = "on", role = "participant"]) => ({ member, presence, role }))
  return { members } as unknown as Roster
}

const BOTH = roster(["ada"], ["ben"])

/** Looked at every quarter of a second. */
function look(tally: Tally, from: number, to: number, seen: Roster | undefined, heardAt = Infinity): void {
  for (let now = from; now <= to; now += 250) tally.look(now, "ada", seen, Math.min(now, heardAt))
}

test("time counts while somebody else is there", () => {
  const tally = new Tally()
  look(tally, 0, 60_000, BOTH)
  look(tally, 60_250, 120_000, roster(["ada"]))
  look(tally, 120_250, 180_000, roster(["ada"], ["ben", "away"]))
  assert.equal(tally.lastedMs, 60_000)
  look(tally, 180_250, 240_000, roster(["ada"], ["ben", "reconnecting"]))
  assert.equal(tally.lastedMs, 120_000)
})

test("without a seat, without a word from the server and asleep it does not", () => {
  const tally = new Tally()
  look(tally, 0, 60_000, undefined)
  look(tally, 60_250, 120_000, roster(["ben"], ["cy"]))
  assert.equal(tally.lastedMs, 0)
  assert.equal(tally.role, null)
  look(tally, 120_250, 180_000, BOTH, 150_000)
  assert.equal(tally.lastedMs, 39_750)
  tally.look(3_600_000, "ada", BOTH, 3_600_000)
  assert.equal(tally.lastedMs, 39_750)
})

test("the role is the last one", () => {
  const tally = new Tally()
  look(tally, 0, 500, BOTH)
  look(tally, 750, 1_000, roster(["ada", "on", "facilitator"], ["ben"]))
  assert.equal(tally.role, "facilitator")
})

test("of too many marks the newest stay, and none twice", () => {
  const tally = new Tally()
  const mark = (n: number) => new Uint8Array(32).fill(n)
  for (let n = 0; n <= MAX_MARKS; n++) tally.enter(mark(n))
  tally.enter(mark(1))
  assert.equal(tally.marks.length, MAX_MARKS)
  assert.deepEqual([tally.marks[0], tally.marks.at(-1)], [mark(2), mark(1)])
})

test("a page that is loaded anew counts on", () => {
  const before = new Tally()
  look(before, 0, 60_000, BOTH)
  before.enter(new Uint8Array(32))
  const tally = new Tally(before.kept)
  look(tally, 5, 30_005, BOTH)
  assert.deepEqual([tally.lastedMs, tally.role, tally.marks], [90_000, "participant", before.marks])
})
