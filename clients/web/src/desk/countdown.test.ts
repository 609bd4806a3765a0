import assert from "node:assert/strict"
import { test } from "node:test"
import { offsetOf, secondsLeft, shareLeft } from "./countdown"

test("a device whose clock is wrong counts the server's seconds", () => {
  const deviceNow = 1_000_000
  const offset = offsetOf(5_000_000, deviceNow)
  assert.equal(secondsLeft(5_012_000, deviceNow + 4_000 + offset), 8)
})

test("a countdown says one until it is over, then how late it is", () => {
  assert.equal(secondsLeft(10_000, 9_001), 1)
  assert.equal(secondsLeft(10_000, 9_000), 1)
  assert.equal(secondsLeft(10_000, 10_000), 0)
  assert.equal(secondsLeft(10_000, 10_001), -1)
  assert.equal(secondsLeft(10_000, 50_000), -40)
})

test("the share that is left goes from one to nothing and stays there", () => {
  assert.equal(shareLeft(0, 100, 0), 1)
  assert.equal(shareLeft(0, 100, -50), 1)
  assert.equal(shareLeft(0, 100, 75), 0.25)
  assert.equal(shareLeft(0, 100, 200), 0)
  assert.equal(shareLeft(100, 100, 100), 0)
})
