import assert from "node:assert/strict"
import { test } from "node:test"
import type { NeedState } from "./application-models"
import { grouped, isOpen } from "./application-rules"

const STATES: readonly NeedState[] = ["missing", "given", "met", "not_met", "expired"]

test("a point is open that was not given, was not met, or is out of date", () => {
  const open = STATES.filter((state) => isOpen({ optional: false, state }))
  assert.deepEqual(open, ["missing", "not_met", "expired"])
})

test("what need not concern somebody is never open", () => {
  for (const state of STATES) assert.ok(!isOpen({ optional: true, state }), state)
})

test("groups and their points keep the order of the pack", () => {
  const need = (name: string, group: string | undefined) => ({ name, group })
  const needs = [need("degree", "education"), need("licence", "licence"), need("internship", "education")]
  assert.deepEqual(grouped(needs), [
    ["education", [needs[0], needs[2]]],
    ["licence", [needs[1]]],
  ])
})
