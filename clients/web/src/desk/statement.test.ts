import assert from "node:assert/strict"
import { test } from "node:test"
import { commitment, stated } from "./statement"

test("a commitment is that of the client in Python: SHA-256 of the octets and the text", () => {
  const salt = new Uint8Array(32).fill(7)
  assert.equal(
    commitment({ text: "Sie ist auf der Brücke.", salt }),
    "a10751760a6cfbae0d7b5994dc4a2a805bc11406235d2eeadbd3f51252eff00a",
  )
})

test("the same text twice has two commitments", () => {
  let next = 0
  const random = (length: number) => new Uint8Array(length).fill(next++)
  assert.notEqual(commitment(stated("A", random)), commitment(stated("A", random)))
})
