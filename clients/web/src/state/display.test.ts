import assert from "node:assert/strict"
import { test } from "node:test"
import { keptDisplay } from "./display"

function shelf(texts: Record<string, string> = {}) {
  const held = new Map(Object.entries(texts))
  return {
    held,
    getItem: (name: string) => held.get(name) ?? null,
    setItem: (name: string, text: string) => void held.set(name, text),
    removeItem: (name: string) => void held.delete(name),
  }
}

test("how the pages look is kept from one page to the next, and nothing is kept before a choice", () => {
  const kept = shelf()
  const display = keptDisplay(kept, "es")
  assert.deepEqual([display.language.value, display.theme.value, display.textScale.value], ["es", "system", 1])
  assert.equal(kept.held.size, 0)
  display.theme.value = "contrast"
  display.textScale.value = 1.25
  const next = keptDisplay(kept, "en")
  assert.deepEqual([next.language.value, next.theme.value, next.textScale.value], ["es", "contrast", 1.25])
})

test("what somebody else wrote there is passed over", () => {
  for (const text of [
    "",
    "{",
    "[]",
    '{"language":"en","theme":"pink","text":100}',
    '{"language":"en","theme":"dark","text":9}',
  ]) {
    assert.equal(keptDisplay(shelf({ "mv-display": text }), "ar").language.value, "ar")
  }
})
