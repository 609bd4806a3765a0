import assert from "node:assert/strict"
import { test } from "node:test"
import { NotConnected } from "../protocol/errors"
import { again, Nudge } from "./watch"

const LONG_MS = 3_600_000

test("a nudge cuts a pause short, also one that has not begun", async () => {
  const nudge = new Nudge()
  const never = new AbortController().signal
  nudge.now()
  await nudge.within(LONG_MS, never)
  const waiting = nudge.within(LONG_MS, never)
  nudge.now()
  await waiting
})

test("a lost line ends nothing, and the end of the signal does", async () => {
  const nudge = new Nudge()
  const ending = new AbortController()
  let runs = 0
  await again(
    () => {
      runs += 1
      if (runs === 3) ending.abort()
      nudge.now()
      return runs === 1 ? Promise.reject(new NotConnected("gone")) : Promise.resolve()
    },
    () => LONG_MS,
    nudge,
    ending.signal,
  )
  assert.equal(runs, 3)
})

test("a defect is thrown on", async () => {
  const work = () => Promise.reject(new TypeError("a defect"))
  await assert.rejects(
    again(work, () => LONG_MS, new Nudge(), new AbortController().signal),
    TypeError,
  )
})
