import assert from "node:assert/strict"
import { test } from "node:test"
import type { DeskCase } from "../protocol/events"
import { isInCrisis } from "./in-crisis"

const heldAs = (role: DeskCase["role"]) => [{ role } as DeskCase]

test("a crisis is one's own from the tap to its end, or one that is answered", () => {
  assert.ok(!isInCrisis("start", undefined))
  assert.ok(!isInCrisis("over", []))
  for (const stage of ["asking", "returning", "waiting", "coming", "here", "left"] as const) {
    assert.ok(isInCrisis(stage, undefined), stage)
  }
  assert.ok(isInCrisis("start", heldAs("holder")))
  assert.ok(!isInCrisis("start", heldAs(null)))
})
