import assert from "node:assert/strict"
import { mock, test } from "node:test"
import { Receipts } from "./receipts"
import { TYPING_MS, TypingSigns } from "./typing"

test("a sign of typing ends by itself, and counts only for what is left of its time", () => {
  mock.timers.enable({ apis: ["setTimeout"] })
  const signs = new TypingSigns()
  signs.heard("fern", true, 0, 0)
  signs.heard("wren", true, 0, TYPING_MS)
  signs.heard("rowan", true, 0, TYPING_MS / 2)
  assert.deepEqual(signs.accounts.value, ["fern", "rowan"])
  mock.timers.tick(TYPING_MS / 2)
  assert.deepEqual(signs.accounts.value, ["fern"])
  mock.timers.tick(TYPING_MS / 2)
  assert.deepEqual(signs.accounts.value, [])
  mock.timers.reset()
})

test("typing ends with what was being written, not with what was there before", () => {
  const signs = new TypingSigns()
  signs.heard("fern", true, 100, 100)
  signs.wasHere("fern", 50, true)
  assert.deepEqual(signs.accounts.value, ["fern"])
  signs.wasHere("fern", 150, true)
  assert.deepEqual(signs.accounts.value, [])
  signs.heard("fern", true, 200, 200)
  signs.heard("fern", false, 201, 201)
  assert.deepEqual(signs.accounts.value, [])
})

test("others are told of typing once in five seconds, and only if they were here lately", () => {
  const signs = new TypingSigns()
  assert.equal(signs.isDue(1_000), false)
  signs.wasHere("fern", 1_000, false)
  assert.deepEqual(
    [1_000, 2_000, 5_999, 6_000, 12_000, 400_000].map((now) => signs.isDue(now)),
    [true, false, false, true, true, false],
  )
})

test("a receipt goes at once, then the newest place only, and none twice", () => {
  mock.timers.enable({ apis: ["setTimeout"] })
  const told: number[] = []
  const receipts = new Receipts(3, (upTo) => told.push(upTo))
  receipts.read(2)
  receipts.read(3)
  assert.deepEqual(told, [])
  receipts.read(4)
  receipts.read(5)
  receipts.read(6)
  assert.deepEqual(told, [4])
  mock.timers.tick(5_000)
  assert.deepEqual(told, [4, 6])
  receipts.read(6)
  mock.timers.tick(5_000)
  receipts.read(9)
  receipts.read(10)
  receipts.end()
  assert.deepEqual(told, [4, 6, 9, 10])
  mock.timers.reset()
})
