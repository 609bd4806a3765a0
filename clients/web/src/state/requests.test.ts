import assert from "node:assert/strict"
import { test } from "node:test"
import { NotConnected, Refused } from "../protocol/errors"
import { Requests } from "./requests"

/** The requests under which something was asked, each with what came of it. */
async function asked(...outcomes: readonly (Error | "answer")[]): Promise<readonly string[]> {
  let count = 0
  const requests = new Requests((length) => new Uint8Array(length).fill(++count))
  const seen: string[] = []
  for (const outcome of outcomes) {
    const asking = requests.of("rotate", (request) => {
      seen.push(request)
      return outcome === "answer" ? Promise.resolve() : Promise.reject(outcome)
    })
    await asking.catch(() => undefined)
  }
  return seen
}

test("without an answer it stays the same request, and an answer ends it", async () => {
  const lost = new NotConnected("gone")
  const [first, second, third, fourth] = await asked(lost, new Refused("internal", undefined), "answer", "answer")
  assert.equal(first, "01".repeat(16))
  assert.deepEqual([second, third], [first, first])
  assert.notEqual(fourth, first)
})

test("a no that is the caller's to change ends it", async () => {
  const [first, second] = await asked(new Refused("not_found", undefined), "answer")
  assert.notEqual(first, second)
})
