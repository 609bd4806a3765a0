import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { daysLater, daysOf, weekOf } from "./weeks"

const HOUR_MS = 3_600_000

const at = (text: string): number => new Date(text).getTime()
const lengths = (week: number): readonly number[] =>
  daysOf(week)
    .slice(1)
    .map((day, index) => (day - (daysOf(week)[index] ?? 0)) / HOUR_MS)

beforeEach(() => {
  process.env["TZ"] = "Europe/Berlin"
})

test("a week begins on Monday, also for who looks on a Sunday evening", () => {
  const monday = at("2026-03-16T00:00:00+01:00")
  for (const day of ["2026-03-16T00:00:00+01:00", "2026-03-18T12:00:00+01:00", "2026-03-22T23:59:59+01:00"]) {
    assert.equal(weekOf(at(day)), monday, day)
  }
  assert.equal(weekOf(monday, 1), at("2026-03-23T00:00:00+01:00"))
  assert.equal(weekOf(monday, 2), at("2026-03-30T00:00:00+02:00"))
  assert.equal(weekOf(at("2026-03-30T08:00:00+02:00"), -1), at("2026-03-23T00:00:00+01:00"))
})

test("a day is as long as its clock makes it", () => {
  assert.deepEqual(lengths(at("2026-03-23T00:00:00+01:00")), [24, 24, 24, 24, 24, 24, 23])
  assert.deepEqual(lengths(at("2026-10-19T00:00:00+02:00")), [24, 24, 24, 24, 24, 24, 25])
})

test("a day without a midnight begins when its clock does, and the next ones at midnight", () => {
  process.env["TZ"] = "Asia/Beirut"
  const [, , , , , , sunday, monday] = daysOf(at("2026-03-23T00:00:00+02:00"))
  assert.equal(sunday, at("2026-03-29T01:00:00+03:00"))
  assert.equal(monday, at("2026-03-30T00:00:00+03:00"))
})

test("a week later the clock shows the same, whatever was done to it in between", () => {
  const evening = at("2026-03-24T22:00:00+01:00")
  assert.equal(daysLater(evening, 7), at("2026-03-31T22:00:00+02:00"))
  assert.equal(daysLater(at("2026-10-20T06:30:00+02:00"), 7), at("2026-10-27T06:30:00+01:00"))
})

test("a time that the clock skips becomes one that there is", () => {
  assert.equal(daysLater(at("2026-03-22T02:30:00+01:00"), 7), at("2026-03-29T03:30:00+02:00"))
})
