import assert from "node:assert/strict"
import { test } from "node:test"
import vocabulary from "../../../../../server/mentalverse_modules/matching/vocabulary.json"
import { isKey } from "./words"

test("every code that can be told has words", () => {
  const { conditions, ...lists } = vocabulary
  for (const code of [...Object.values(lists), ...Object.values(conditions)].flat()) {
    assert.ok(isKey(`code.${code.replace(":", ".")}`), code)
  }
})
