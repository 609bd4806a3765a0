import assert from "node:assert/strict"
import { test } from "node:test"
import { leftOf } from "./draft"

test("what was written while a message was being stored stays, and nothing that was sent", () => {
  assert.equal(leftOf("I am here", "I am here"), "")
  assert.equal(leftOf("I am here and", "I am here"), " and")
  assert.equal(leftOf("Something else", "I am here"), "Something else")
  assert.equal(leftOf("", "I am here"), "")
})
