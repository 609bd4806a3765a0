import assert from "node:assert/strict"
import { test } from "node:test"
import { BlobDamaged } from "../protocol/blobs"
import { StoreFull } from "../store/vault"
import { outcome } from "./outcome"

const failing = (error: Error) => outcome(() => Promise.reject(error))

test("what can go wrong has a code, and a defect is thrown on", async () => {
  assert.deepEqual(await failing(new BlobDamaged()), { done: false, problem: { code: "file_damaged", fault: "ours" } })
  assert.deepEqual(await failing(new StoreFull()), { done: false, problem: { code: "store_full", fault: "yours" } })
  await assert.rejects(failing(new RangeError("a defect")), RangeError)
})
