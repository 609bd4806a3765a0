import assert from "node:assert/strict"
import { test } from "node:test"
import { signable } from "./goal-rules"

const GOAL = { progress: 0, done: false, pending: false }
const MINE = { isMine: true, isTheirs: false }
const THEIRS = { isMine: false, isTheirs: true }

test("what is offered fits how the goal stands", () => {
  assert.deepEqual(signable(GOAL, []), ["set"])
  assert.deepEqual(signable({ ...GOAL, progress: 40 }, []), ["set", "progressed"])
  assert.deepEqual(signable({ ...GOAL, progress: 40, done: true }, []), ["completed"])
})

test("nobody signs twice, and each confirms what the other has signed, also later", () => {
  assert.deepEqual(signable(GOAL, [{ step: "set", ...MINE }]), [])
  const done = { ...GOAL, progress: 100, done: true }
  assert.deepEqual(signable(done, [{ step: "set", ...THEIRS }]), ["set", "completed"])
  assert.deepEqual(signable(done, [{ step: "completed", isMine: true, isTheirs: true }]), [])
})

test("a change that still waits on this device is not signed", () => {
  assert.deepEqual(signable({ ...GOAL, pending: true }, [{ step: "set", ...THEIRS }]), [])
})
