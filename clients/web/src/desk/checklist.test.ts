import assert from "node:assert/strict"
import { test } from "node:test"
import { NO_NOTES, toggled } from "./checklist"

test("a check is set and taken back, and keeps its place in the list", () => {
  const both = toggled(toggled(NO_NOTES, "safe_contact"), "means")
  assert.deepEqual(both.checked, ["means", "safe_contact"])
  assert.deepEqual(toggled(both, "means").checked, ["safe_contact"])
})
