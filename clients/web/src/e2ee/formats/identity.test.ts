import assert from "node:assert/strict"
import { test } from "node:test"
import { FormatError } from "./errors"
import { accountIdentity, circleCode, grouped, pairSafetyNumber, qrMatches, qrPayload, safetyNumber } from "./identity"

const ada = accountIdentity(new Uint8Array(16).fill(1), new Uint8Array(32).fill(2))
const ben = accountIdentity(new Uint8Array(16).fill(3), new Uint8Array(32).fill(4))
const eve = accountIdentity(new Uint8Array(16).fill(3), new Uint8Array(32).fill(5))

test("an account has the thirty digits that its id and key give", () => {
  assert.equal(safetyNumber(ada), "178780783541681421896569965052")
})

test("two people see one number and one code, whoever looks first", () => {
  assert.equal(pairSafetyNumber(ada, ben), pairSafetyNumber(ben, ada))
  assert.deepEqual(qrPayload(ada, ben), qrPayload(ben, ada))
  assert.ok(qrMatches(qrPayload(ada, ben), ben, ada))
})

test("another key behind the same id is seen", () => {
  assert.notEqual(pairSafetyNumber(ada, ben), pairSafetyNumber(ada, eve))
  assert.ok(!qrMatches(qrPayload(ada, eve), ada, ben))
})

test("a code of another version is not said to differ, but to be unknown", () => {
  const unknown = (error: unknown) => error instanceof FormatError && error.code === "mls.unsupported"
  assert.throws(() => qrMatches(new Uint8Array(), ada, ben), unknown)
  assert.throws(() => qrMatches(qrPayload(ada, ben).with(0, 2), ada, ben), unknown)
})

test("a circle reads its code in groups of five digits", () => {
  const octets = Uint8Array.from({ length: 32 }, (_, place) => place)
  assert.equal(grouped(circleCode(octets)), "09060 60585 12110 63635 15160 66685")
})
