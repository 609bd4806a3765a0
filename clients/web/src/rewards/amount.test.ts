import assert from "node:assert/strict"
import { test } from "node:test"
import { decimalOf } from "./amount"

test("an amount is exact, beyond what a number holds", () => {
  assert.equal(decimalOf(67_500_000n), "67.5")
  assert.equal(decimalOf(0n), "0")
  assert.equal(decimalOf(1n), "0.000001")
  const most = decimalOf(9_007_199_254_740_993_000_001n)
  assert.equal(most, "9007199254740993.000001")
  // `Intl` takes the digits and rounds none of them away.
  const format = new Intl.NumberFormat("en", { maximumFractionDigits: 6 })
  assert.equal(format.format(most), "9,007,199,254,740,993.000001")
})
