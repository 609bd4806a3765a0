import assert from "node:assert/strict"
import { test } from "node:test"
import { dueOf, REMIND_MS } from "./reminders"

const NOW = Date.UTC(2026, 2, 17, 15, 30)
const at = (id: string, inMs: number) => ({ id, startsAt: new Date(NOW + inMs), minutes: 50 })
const due = (reminded: readonly string[], ...meetings: ReturnType<typeof at>[]) =>
  dueOf(meetings, reminded, NOW).map(({ id }) => id)

test("fifteen minutes before, and not once it has begun", () => {
  assert.deepEqual(due([], at("a", REMIND_MS + 1), at("b", REMIND_MS), at("c", 1), at("d", 0)), ["b", "c"])
})

test("nobody is reminded twice, unless the appointment is moved", () => {
  const meeting = at("a", 60_000)
  const reminded = [`a ${meeting.startsAt.getTime()}`]
  assert.deepEqual(due(reminded, meeting), [])
  assert.deepEqual(due(reminded, at("a", 120_000)), ["a"])
})
