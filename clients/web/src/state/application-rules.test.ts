import assert from "node:assert/strict"
import { test } from "node:test"
import type { NeedState } from "./application-models"
import { grouped, isLacking } from "./application-rules"

const STATES: readonly NeedState[] = ["missing", "given", "met", "not_met", "expired"]

test("a draft lacks what was not given, was not met, or is out of date", () => {
  const lacking = STATES.filter((state) => isLacking({ way: "document", optional: false, state }))
  assert.deepEqual(lacking, ["missing", "not_met", "expired"])
})

test("nothing is asked of who applies that others look up, or that need not concern them", () => {
  for (const state of STATES) {
    assert.ok(!isLacking({ way: "lookup", optional: false, state }), state)
    assert.ok(!isLacking({ way: "document", optional: true, state }), state)
  }
})

test("groups and their points keep the order of the pack", () => {
  const need = (name: string, group: string | undefined) => ({ name, group })
  const needs = [need("degree", "education"), need("licence", "licence"), need("internship", "education")]
  assert.deepEqual(grouped(needs), [
    ["education", [needs[0], needs[2]]],
    ["licence", [needs[1]]],
  ])
})
