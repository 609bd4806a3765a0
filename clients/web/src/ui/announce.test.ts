import assert from "node:assert/strict"
import { test } from "node:test"
import { announce, announced, batch, EVERY_MS } from "./announce"

const many = (count: number) => `${count} new messages`

test("a few are said one after the other, many only counted", () => {
  assert.equal(batch(["a.", "b."], many), "a. b.")
  assert.equal(batch(["a.", "b.", "c.", "d."], many), "4 new messages")
})

test("what comes within two seconds waits and is said at once", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] })
  announce("first.", many)
  announce("second.", many)
  announce("third.", many)
  assert.equal(announced.value, "first.")
  t.mock.timers.tick(EVERY_MS)
  assert.equal(announced.value, "second. third.")
  t.mock.timers.tick(EVERY_MS)
  announce("later.", many)
  assert.equal(announced.value, "later.")
})
