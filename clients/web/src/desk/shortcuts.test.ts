import assert from "node:assert/strict"
import { test } from "node:test"
import { ACTIONS, actionOf, type Keys, keysFrom, USUAL_KEYS, withKey } from "./shortcuts"

function changed(...wish: Parameters<typeof withKey>): Keys {
  const answer = withKey(...wish)
  assert.ok("keys" in answer)
  return answer.keys
}

test("a key that is changed does the same, and the one before does nothing", () => {
  const keys = changed(USUAL_KEYS, "accept", "ق")
  assert.equal(actionOf(keys, "ق"), "accept")
  assert.equal(actionOf(keys, "a"), undefined)
  assert.equal(actionOf(keys, "x"), "decline")
})

test("no key does two things: who has it is told", () => {
  assert.deepEqual(withKey(USUAL_KEYS, "accept", "x"), { taken: "decline" })
  assert.deepEqual(withKey(USUAL_KEYS, "accept", "a"), { keys: USUAL_KEYS })
})

test("an action may have no key, and several may", () => {
  const none = ACTIONS.reduce((keys, action) => changed(keys, action, ""), USUAL_KEYS)
  assert.ok(ACTIONS.every((action) => none[action] === ""))
  assert.equal(actionOf(none, ""), undefined)
})

test("what is no single character that can be seen is no key", () => {
  for (const key of [" ", "\t", "\n", "ab", "Enter", "\u200f", "\u0000"]) {
    assert.deepEqual(withKey(USUAL_KEYS, "mute", key), { unusable: true }, JSON.stringify(key))
  }
})

test("what was stored comes back; if two actions would share a key, all are the usual ones", () => {
  const keys = changed(USUAL_KEYS, "desk", "h")
  assert.deepEqual(keysFrom(new Map(Object.entries(keys))), keys)
  assert.deepEqual(keysFrom(new Map()), USUAL_KEYS)
  assert.deepEqual(keysFrom(new Map([["desk", "a"]])), USUAL_KEYS)
  assert.deepEqual(keysFrom(new Map([["desk", "long"]])), USUAL_KEYS)
})
