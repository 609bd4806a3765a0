import assert from "node:assert/strict"
import { test } from "node:test"
import { MAX_SLOTS, type Slot, type SlotKind } from "../e2ee/formats/key-slots"
import type { BackupAccess } from "./kept"
import { waysOf, withoutOthers, withWay, withWords } from "./ways"

const LOOKUP = new Uint8Array(32)
let made = 0

/** A slot with a salt and a key of its own. */
function slot(kind: SlotKind): Slot {
  made += 1
  return { kind, cost: undefined, salt: new Uint8Array(16).fill(made), key: new Uint8Array(32).fill(made) }
}

/** A backup that these passkeys and the passphrase, if any, came to in turn. */
function opened(...passkeys: readonly string[]): BackupAccess {
  let access: BackupAccess | undefined
  for (const passkey of passkeys) access = withWay(access, { slot: slot("secret"), passkey }, LOOKUP)
  assert.ok(access)
  return access
}

const told = (access: BackupAccess) => {
  const { words, passphrase, passkeys } = waysOf(access)
  return [words, passphrase, ...passkeys]
}

test("a passkey is told from the passphrase, and from words", () => {
  assert.deepEqual(told(opened("one")), [false, false, "one"])
  assert.deepEqual(told(opened("")), [false, true])
  assert.deepEqual(told(withWords(opened("", "one"), slot("words"), LOOKUP)), [true, true, "one"])
})

test("new words keep every passkey, and a new passkey keeps the words", () => {
  const words = withWords(opened("one"), slot("words"), LOOKUP)
  const again = withWords(words, slot("words"), LOOKUP)
  assert.deepEqual(told(again), [true, false, "one"])
  assert.equal(again.slots.length, 2)
  assert.deepEqual(told(withWay(words, { slot: slot("secret"), passkey: "two" }, LOOKUP)), [true, false, "one", "two"])
})

test("a way that comes twice is there once, and changes nothing", () => {
  for (const passkey of ["one", ""]) {
    const way = { slot: slot("secret"), passkey }
    const once = withWay(opened("two"), way, LOOKUP)
    assert.equal(once.slots.length, 2)
    assert.equal(withWay(once, way, LOOKUP), once)
  }
})

test("a passkey that has another slot opens by that one alone", () => {
  const other = withWay(opened("one"), { slot: slot("secret"), passkey: "one" }, LOOKUP)
  assert.equal(other.slots.length, 1)
  assert.deepEqual(told(other), [false, false, "one"])
})

test("where there is no room the oldest secret goes, and is not named any more", () => {
  const words = withWords(opened("1", "2", "3", "4", "5"), slot("words"), LOOKUP)
  assert.equal(words.slots.length, MAX_SLOTS)
  const full = withWay(words, { slot: slot("secret"), passkey: "6" }, LOOKUP)
  assert.equal(full.slots.length, MAX_SLOTS)
  assert.deepEqual(told(full), [true, false, "2", "3", "4", "5", "6"])
})

test("what goes with a passkey is its own slot alone", () => {
  const access = withWords(opened("", "one", "two"), slot("words"), LOOKUP)
  const left = withoutOthers(access, new Set(["two"]))
  assert.deepEqual(told(left), [true, true, "two"])
  assert.equal(left.slots.length, 3)
  assert.equal(withoutOthers(left, new Set(["two", "three"])), left)
})

test("a backup is never left without anything that opens it", () => {
  const only = opened("one")
  assert.equal(withoutOthers(only, new Set()), only)
})
