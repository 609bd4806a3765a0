import assert from "node:assert/strict"
import { test } from "node:test"
import type { Verdict } from "./review-models"
import { unmet } from "./review-rules"

const noted = (met: boolean): Verdict => ({
  ...{ met, source: "register", method: "call", on: "2026-03-17" },
  until: undefined,
})

test("every point has to be looked at, also one that need not be there", () => {
  assert.equal(unmet([{ optional: false, mine: undefined }]), 1)
  assert.equal(unmet([{ optional: true, mine: undefined }]), 1)
})

test("one point that is not met keeps a review from being signed off, unless it need not be there", () => {
  const met = { optional: false, mine: noted(true) }
  assert.equal(unmet([met, met]), 0)
  assert.equal(unmet([met, { optional: false, mine: noted(false) }]), 1)
  assert.equal(unmet([met, { optional: true, mine: noted(false) }]), 0)
})
