import assert from "node:assert/strict"
import { test } from "node:test"
import { fitted, gridOf } from "./recorded-picture"

const AREA = { x: 0, y: 0, width: 1200, height: 600 }

test("everybody has a place of their own, within the picture", () => {
  for (let count = 1; count <= 10; count++) {
    const boxes = gridOf(count, AREA)
    assert.equal(new Set(boxes.map(({ x, y }) => `${x} ${y}`)).size, count)
    for (const { x, y, width, height } of boxes) {
      assert.ok(x >= 0 && x + width <= AREA.width + 1e-6)
      assert.ok(y >= 0 && y + height <= AREA.height + 1e-6)
    }
  }
})

test("nothing of a picture is cut off, whatever its form", () => {
  assert.deepEqual(fitted(100, 100, AREA), { x: 300, y: 0, width: 600, height: 600 })
  assert.deepEqual(fitted(1600, 400, AREA), { x: 0, y: 150, width: 1200, height: 300 })
})
