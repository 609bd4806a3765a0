import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import type { RotaMember, ShiftView } from "../protocol/events"
import { byDay, copied, inverse, overlapping, suited } from "./shifts"
import { daysOf, weekOf } from "./weeks"

const at = (text: string): number => new Date(text).getTime()

function shift(name: string, starts: string, ends: string, account = "wren"): ShiftView {
  return { shift: name, account, handle: account, starts_at: at(starts), ends_at: at(ends), is_mine: false }
}

const member = (account: string): RotaMember => ({ account, handle: account, languages: ["en"], takes_urgent: true })

beforeEach(() => {
  process.env["TZ"] = "Europe/Berlin"
})

/** The clock is put forward in the night to Sunday 29. */
const LAST = weekOf(at("2026-03-18T12:00:00Z"))
const SPAN = [LAST, weekOf(LAST, 1)] as const

test("a shift stands on the day on which it begins, and one from the week before on the first", () => {
  const days = daysOf(LAST)
  const night = shift("night", "2026-03-15T22:00:00+01:00", "2026-03-16T06:00:00+01:00")
  const late = shift("late", "2026-03-22T22:00:00+01:00", "2026-03-23T06:00:00+01:00")
  const early = shift("early", "2026-03-22T06:00:00+01:00", "2026-03-22T14:00:00+01:00")
  const names = byDay([late, early, night], days).map((day) => day.map((each) => each.shift))
  assert.deepEqual(names, [["night"], [], [], [], [], [], ["early", "late"]])
})

test("a week is taken over by the clock: a night is longer or shorter where that is moved", () => {
  const [night, ...others] = copied(
    [shift("a", "2026-03-21T22:00:00+01:00", "2026-03-22T06:00:00+01:00")],
    SPAN,
    [],
    [member("wren")],
    0,
  )
  assert.deepEqual(night, {
    ...{ account: "wren", starts_at: at("2026-03-28T22:00:00+01:00"), ends_at: at("2026-03-29T06:00:00+02:00") },
  })
  assert.deepEqual(others, [])
})

test("what stands there, is over, began earlier, or was somebody's who left is not taken over", () => {
  const tuesday = shift("a", "2026-03-17T08:00:00+01:00", "2026-03-17T16:00:00+01:00")
  const standing = shift("b", "2026-03-24T08:00:00+01:00", "2026-03-24T16:00:00+01:00")
  const taken = (last: readonly ShiftView[], there: readonly ShiftView[] = [], now = 0, who = "wren") =>
    copied(last, SPAN, there, [member(who)], now).length
  assert.equal(taken([tuesday]), 1)
  assert.equal(taken([tuesday], [standing]), 0)
  assert.equal(taken([tuesday], [{ ...standing, account: "fern" }]), 1)
  assert.equal(taken([tuesday], [], at("2026-03-24T16:00:00+01:00")), 0)
  assert.equal(taken([tuesday], [], at("2026-03-24T15:59:00+01:00")), 1)
  assert.equal(taken([tuesday], [], 0, "fern"), 0)
  assert.equal(taken([shift("c", "2026-03-15T22:00:00+01:00", "2026-03-16T06:00:00+01:00")]), 0)
})

test("a time that the clock leaves out makes no shift without length", () => {
  const skipped = shift("a", "2026-03-22T02:30:00+01:00", "2026-03-22T03:30:00+01:00")
  assert.deepEqual(copied([skipped], SPAN, [], [member("wren")], 0), [])
})

test("who is planned twice at a moment overlaps, and who follows on oneself does not", () => {
  const day = shift("a", "2026-03-17T08:00:00+01:00", "2026-03-17T16:00:00+01:00")
  const late = shift("b", "2026-03-17T15:00:00+01:00", "2026-03-17T23:00:00+01:00")
  const next = shift("c", "2026-03-17T16:00:00+01:00", "2026-03-17T23:00:00+01:00")
  assert.deepEqual(overlapping([day, next], late), [day, next])
  assert.deepEqual(overlapping([day], next), [])
  assert.deepEqual(overlapping([day], { ...late, account: "fern" }), [])
  assert.deepEqual(overlapping([day], day, "a"), [])
})

test("a change and then its inverse leave what was there before", () => {
  const one = shift("one", "2026-03-17T08:00:00+01:00", "2026-03-17T16:00:00+01:00")
  const two = shift("two", "2026-03-18T08:00:00+01:00", "2026-03-18T16:00:00+01:00")
  const plan = ({ shift: id, account, starts_at, ends_at }: ShiftView) => ({ shift: id, account, starts_at, ends_at })
  const change = {
    plan: [
      { ...plan(one), account: "fern" },
      { ...plan(two), shift: "new" },
    ],
    remove: ["two", "gone before"],
  }
  assert.deepEqual(
    inverse(change, [one, two], () => "again"),
    { plan: [plan(one), { ...plan(two), shift: "again" }], remove: ["new"] },
  )
})

test("a gap is filled by who may take what is missing, and is not planned meanwhile", () => {
  const team: readonly RotaMember[] = [
    { ...member("fern"), languages: ["ar"], takes_urgent: false },
    { ...member("maple"), languages: ["es"] },
    { ...member("wren"), languages: [] },
  ]
  const [startsAt, endsAt] = [at("2026-03-17T15:00:00+01:00"), at("2026-03-17T20:00:00+01:00")]
  const found = (languages: readonly string[], isUrgent: boolean, shifts: readonly ShiftView[] = []) =>
    suited(team, shifts, { startsAt, endsAt, languages, isUrgent })?.handle
  assert.equal(found(["ar"], false), "fern")
  assert.equal(found(["ar"], true), "wren")
  assert.equal(found(["es"], true), "maple")
  assert.equal(found([""], false), "wren")
  const there = shift("a", "2026-03-17T19:00:00+01:00", "2026-03-17T23:00:00+01:00")
  assert.equal(found([""], false, [there]), undefined)
})
