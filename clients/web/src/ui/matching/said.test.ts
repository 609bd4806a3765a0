import assert from "node:assert/strict"
import { test } from "node:test"
import vocabulary from "../../../../../server/mentalverse_modules/matching/vocabulary.json"
import { placesOf } from "./said"
import { isKey } from "./words"

test("every code that can be told has words", () => {
  const { conditions, ...lists } = vocabulary
  for (const code of [...Object.values(lists), ...Object.values(conditions)].flat()) {
    assert.ok(isKey(`code.${code.replace(":", ".")}`), code)
  }
})

test("a mentor helps from nobody to fifty", () => {
  assert.deepEqual(["0", "3", "50"].map(placesOf), [0, 3, 50])
  for (const typed of ["", "51", "-1", "2.5", "three", "007"]) assert.equal(placesOf(typed), undefined, typed)
})
