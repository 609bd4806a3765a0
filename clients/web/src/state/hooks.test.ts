import assert from "node:assert/strict"
import { test } from "node:test"
import { familiesOf } from "./hooks"

test("events are of the family before their dot, with the least that one of them tells", () => {
  const types = [
    { type: "session.started", tier: 1, key: "session" },
    { type: "session.quality", tier: 0, key: "session" },
    { type: "crisis.opened", tier: 2, key: "case" },
  ]
  assert.deepEqual(familiesOf(types), [
    { name: "session", tier: 0 },
    { name: "crisis", tier: 2 },
  ])
})
