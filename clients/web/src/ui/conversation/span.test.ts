import assert from "node:assert/strict"
import { test } from "node:test"
import { around, earlier, followed, later, MOST } from "./span"

test("the newest are shown first, or those around one message", () => {
  assert.deepEqual(around(10), { start: 0, end: 10 })
  assert.deepEqual(around(10_000), { start: 10_000 - MOST, end: 10_000 })
  const { start, end } = around(10_000, 5_000)
  assert.ok(start < 5_000 && 5_000 < end && end - start === MOST)
  assert.deepEqual(around(10_000, 3), { start: 0, end: MOST })
})

test("going up and down covers every message and never shows more than the most", () => {
  let span = around(1_000)
  const seen = new Set<number>()
  const note = () => {
    assert.ok(span.end - span.start <= MOST)
    for (let index = span.start; index < span.end; index++) seen.add(index)
  }
  for (note(); span.start > 0; note()) span = earlier(span)
  assert.equal(seen.size, 1_000)
  for (seen.clear(), note(); span.end < 1_000; note()) span = later(span, 1_000)
  assert.equal(seen.size, 1_000)
})

test("new messages are followed only by whoever sees the newest", () => {
  assert.deepEqual(followed({ start: 880, end: 1_000 }, 880, 1_000, 1_003), { start: 883, end: 1_003 })
  assert.deepEqual(followed({ start: 100, end: 200 }, 100, 1_000, 1_003), { start: 100, end: 200 })
})

test("older messages that come in front move nothing on the page", () => {
  assert.deepEqual(followed({ start: 0, end: 100 }, 50, 200, 250), { start: 50, end: 150 })
})

test("another window of the history is shown from its newest on", () => {
  assert.deepEqual(followed({ start: 0, end: 100 }, undefined, 200, 90), { start: 0, end: 90 })
})
