import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import type { HourCover } from "../protocol/events"
import { gapsOf, heat, inOrder, uncovered } from "./cover"
import { daysOf, weekOf } from "./weeks"

const HOUR_MS = 3_600_000
const at = (text: string): number => new Date(text).getTime()

/** Every hour of UTC that touches the week of a moment; as many people as its number there. */
function cover(moment: number, language = "en"): readonly HourCover[] {
  const [from = 0, until = 0] = [daysOf(weekOf(moment))[0], daysOf(weekOf(moment))[7]]
  const first = Math.floor(from / HOUR_MS)
  const count = Math.ceil(until / HOUR_MS) - first
  return Array.from({ length: count }, (_, index) => ({
    ...{ starts_at: (first + index) * HOUR_MS, language, people: index, urgent_people: index + 1_000 },
  }))
}

const shown = (moment: number) => heat(cover(moment), daysOf(weekOf(moment)), "en", false)
const people = (moment: number, hour: number) => shown(moment)[hour]?.cells.map((each) => each.people)

beforeEach(() => {
  process.env["TZ"] = "Europe/Berlin"
})

test("an ordinary week has seven days of 24 hours, each hour of it once", () => {
  const rows = shown(at("2026-03-18T12:00:00Z"))
  assert.equal(rows.length, 24)
  const all = rows.flatMap(({ cells }) => cells.flatMap(({ starts }) => starts))
  assert.equal(new Set(all).size, 168)
  assert.deepEqual(people(at("2026-03-18T12:00:00Z"), 1), [1, 25, 49, 73, 97, 121, 145])
  assert.equal(rows[9]?.at, at("2026-03-16T09:00:00+01:00"))
})

test("the hour that the clock skips is not there, and those after it are in their places", () => {
  const moment = at("2026-03-25T12:00:00Z")
  assert.equal(people(moment, 2)?.[6], undefined)
  assert.deepEqual(shown(moment)[2]?.cells[6]?.starts, [])
  assert.equal(people(moment, 3)?.[6], 6 * 24 + 2)
})

test("an hour that comes twice is as well covered as the worse of both", () => {
  const moment = at("2026-10-21T12:00:00Z")
  const cell = shown(moment)[2]?.cells[6]
  assert.equal(cell?.starts.length, 2)
  assert.equal(cell.people, 6 * 24 + 2)
  assert.equal(people(moment, 3)?.[6], 6 * 24 + 4)
})

test("in a zone that is half an hour off, hours begin at half past", () => {
  process.env["TZ"] = "Asia/Kolkata"
  const rows = shown(at("2026-03-18T12:00:00Z"))
  assert.deepEqual(
    rows.map((row) => new Date(row.at).getMinutes()),
    Array.from({ length: 24 }, () => 30),
  )
  assert.equal(rows.flatMap(({ cells }) => cells.flatMap(({ starts }) => starts)).length, 168)
})

test("a table is of one language, and of everybody or of who may take A0 and A1", () => {
  const moment = at("2026-03-18T12:00:00Z")
  const all = [...cover(moment, "es").map((each) => ({ ...each, people: 7 })), ...cover(moment)]
  const days = daysOf(weekOf(moment))
  assert.equal(heat(all, days, "en", false)[1]?.cells[0]?.people, 1)
  assert.equal(heat(all, days, "en", true)[1]?.cells[0]?.people, 1_001)
  assert.equal(heat(all, days, "es", false)[1]?.cells[0]?.people, 7)
  assert.deepEqual(heat(all, days, "ar", false), [])
})

const hour = (starts: number, people: number, urgent: number, language = "en"): HourCover => ({
  ...{ starts_at: starts * HOUR_MS, language, people, urgent_people: urgent },
})

test("an hour without anybody for A0 and A1 is missed, as long as it is not over", () => {
  const hours = [hour(0, 0, 0), hour(1, 0, 0), hour(2, 3, 0), hour(3, 3, 1)]
  assert.deepEqual(uncovered(hours, HOUR_MS), [
    { starts_at: HOUR_MS, language: "en", is_urgent: false },
    { starts_at: 2 * HOUR_MS, language: "en", is_urgent: true },
  ])
  assert.equal(uncovered(hours, 2 * HOUR_MS - 1).length, 2)
})

test("hours in a row are one gap, and languages that miss the same stand together", () => {
  const missing = uncovered(
    [
      ...[hour(5, 0, 0, "es"), hour(4, 0, 0, "es"), hour(4, 0, 0, "ar"), hour(5, 0, 0, "ar")],
      ...[hour(7, 0, 0, "ar"), hour(6, 2, 0, "es")],
    ],
    0,
  )
  const gap = (from: number, until: number, languages: readonly string[], isUrgent = false) => ({
    ...{ startsAt: from * HOUR_MS, endsAt: until * HOUR_MS, languages, isUrgent },
  })
  assert.deepEqual(gapsOf(missing), [gap(4, 6, ["ar", "es"]), gap(6, 7, ["es"], true), gap(7, 8, ["ar"])])
  assert.deepEqual(gapsOf([]), [])
})

test("what is left of an hour that has begun goes on into the next one", () => {
  const missing = [4.5, 5].map((at) => ({ starts_at: at * HOUR_MS, language: "en", is_urgent: false }))
  assert.deepEqual(
    gapsOf(missing).map(({ startsAt, endsAt }) => [startsAt / HOUR_MS, endsAt / HOUR_MS]),
    [[4.5, 6]],
  )
})

test("languages stand by the alphabet, and what nobody named after them", () => {
  assert.deepEqual(inOrder(["", "es", "ar"]), ["ar", "es", ""])
})
