import assert from "node:assert/strict"
import { test } from "node:test"
import { daysUntil, standingOf } from "./credential-rules"

const DAY_MS = 86_400_000
const NOW = new Date("2026-03-17T15:30:00Z")
const at = (offsetMs: number) => new Date(NOW.getTime() + offsetMs)

test("the notice begins thirty days before the end, to the millisecond", () => {
  assert.equal(standingOf({ status: "active", validUntil: at(30 * DAY_MS + 1) }, NOW), "active")
  assert.equal(standingOf({ status: "active", validUntil: at(30 * DAY_MS) }, NOW), "expiring")
})

test("a credential has lapsed from its end on", () => {
  assert.equal(standingOf({ status: "active", validUntil: at(1) }, NOW), "expiring")
  assert.equal(standingOf({ status: "active", validUntil: NOW }, NOW), "lapsed")
})

test("what was taken back is not said to have lapsed, and what has lapsed not to be paused", () => {
  assert.equal(standingOf({ status: "revoked", validUntil: at(-DAY_MS) }, NOW), "revoked")
  assert.equal(standingOf({ status: "suspended", validUntil: at(-DAY_MS) }, NOW), "lapsed")
  assert.equal(standingOf({ status: "suspended", validUntil: at(DAY_MS) }, NOW), "suspended")
})

test("days are whole, and never more than are left", () => {
  assert.equal(daysUntil(at(2 * DAY_MS - 1), NOW), 1)
  assert.equal(daysUntil(at(2 * DAY_MS), NOW), 2)
  assert.equal(daysUntil(at(-5 * DAY_MS), NOW), 0)
})
