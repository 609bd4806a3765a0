import assert from "node:assert/strict"
import { test } from "node:test"
import { compact } from "./recording"

test("a long recording keeps its loudest moments in few levels", () => {
  const levels = Array.from({ length: 3_000 }, (_, index) => (index === 1_234 ? 255 : 3))
  const short = compact(levels, 64)
  assert.equal(short.length, 64)
  assert.equal(short.filter((level) => level === 255).length, 1)
})

test("a short one is kept as it is", () => {
  assert.deepEqual(compact([1, 2, 3], 64), [1, 2, 3])
})
