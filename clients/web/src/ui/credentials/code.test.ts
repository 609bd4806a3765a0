import assert from "node:assert/strict"
import { test } from "node:test"
import encode from "qr"
import { fitsCode, MOST_CODE_OCTETS } from "./code"

const modules = (length: number) => encode("a".repeat(length), "raw", { border: 1, ecc: "low" }).length - 2

test("the longest credential that is shown takes a code of version 30, and no larger one", () => {
  assert.equal(modules(MOST_CODE_OCTETS), 17 + 4 * 30)
  assert.equal(modules(MOST_CODE_OCTETS + 1), 17 + 4 * 31)
})

test("what would need a larger code is not shown as one", () => {
  assert.ok(fitsCode("a".repeat(MOST_CODE_OCTETS)))
  assert.ok(!fitsCode("a".repeat(MOST_CODE_OCTETS + 1)))
})
