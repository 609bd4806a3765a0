import assert from "node:assert/strict"
import { test } from "node:test"
import { wallOf } from "../session/moments"
import { startOf } from "./plan-start"

const NOW = new Date("2026-03-17T15:30:40Z")
const inMinutes = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000)
const chosen = (minutes: number) => startOf(wallOf(inMinutes(minutes)), NOW)

test("what is proposed is now, by the minute, and can still be planned a while later", () => {
  const now = new Date("2026-03-17T15:30:00Z")
  assert.deepEqual(chosen(0), now)
  assert.deepEqual(startOf(wallOf(NOW), inMinutes(3)), now)
})

test("what is over cannot be planned, nor what is more than a year away", () => {
  assert.equal(chosen(-10), "past")
  assert.equal(chosen(-24 * 60), "past")
  assert.equal(chosen(368 * 24 * 60), "far")
  assert.ok(chosen(364 * 24 * 60) instanceof Date)
})

test("without a day or a time nothing is planned", () => {
  assert.equal(startOf({ day: "", time: "10:00" }, NOW), "missing")
  assert.equal(startOf({ day: "2026-03-18", time: "" }, NOW), "missing")
})
