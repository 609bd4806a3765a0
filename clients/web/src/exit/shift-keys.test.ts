import assert from "node:assert/strict"
import { test } from "node:test"
import { after, type KeyEvent, NO_PRESSES, PRESSES, WITHIN_MS } from "./shift-keys"

const down = (key: string, at: number, repeat = false): KeyEvent => ({ type: "keydown", key, repeat, at })
const up = (key: string, at: number): KeyEvent => ({ type: "keyup", key, repeat: false, at })
const press = (at: number) => [down("Shift", at), up("Shift", at + 1)]
const count = (events: KeyEvent[]) => events.reduce(after, NO_PRESSES).times.length

test("three presses within the time are the way out", () => {
  assert.equal(count([...press(0), ...press(1_000), ...press(WITHIN_MS - 10)]), PRESSES)
})

test("presses that lie too far back do not count", () => {
  assert.equal(count([...press(0), ...press(1_000), ...press(WITHIN_MS + 500)]), 2)
})

test("a Shift that made a capital letter does not count", () => {
  const capital = [down("Shift", 0), down("A", 1), up("A", 2), up("Shift", 3)]
  assert.equal(count([...capital, ...capital, ...capital]), 0)
})

test("another key in between begins anew", () => {
  assert.equal(count([...press(0), ...press(100), down("x", 200), up("x", 210), ...press(300)]), 1)
})

test("a key that is held down repeats and counts once", () => {
  assert.equal(count([down("Shift", 0), down("Shift", 500, true), down("Shift", 600, true), up("Shift", 700)]), 1)
})
