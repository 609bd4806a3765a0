import assert from "node:assert/strict"
import { test } from "node:test"
import { MAX_REPORTED_ROWS } from "../protocol/events"
import { ChatError } from "./errors"
import { fit, shownOf, type Worded } from "./wordings"

let count = 0
const worded = (lengths: readonly number[], from = 1): Worded => ({
  wordings: lengths.map((length) => ({
    plaintext: new Uint8Array(length).fill((count += 1) % 251),
    evidence: {
      epoch: 1n,
      leafIndex: 0,
      authenticatedData: Uint8Array.of(count % 251, count >> 8),
      signature: new Uint8Array(64),
      groupContext: new Uint8Array(100),
      leafNode: new Uint8Array(400),
    },
  })),
  seqs: lengths.map((_, place) => from + place),
})
const places = (messages: readonly Worded[]) => fit(messages).map((shown) => [...shown].sort((a, b) => a - b))

test("what fits is shown whole, and nothing is said to be left out", () => {
  const messages = [worded([10, 20, 30]), worded([5], 10)]
  assert.deepEqual(places(messages), [[0, 1, 2], [0]])
  const shown = messages.map((message, index) => shownOf(message, fit(messages)[index] ?? new Set()))
  assert.deepEqual(
    shown.flat().map(({ leftOut }) => leftOut ?? 0),
    [0, 0, 0, 0],
  )
})

test("of too many wordings the first and the newest stay, then the newest of all messages", () => {
  const long = Array.from({ length: 12 }, () => 30_000)
  const messages = [worded(long, 1), worded(long, 100)]
  const [earlier = [], later = []] = places(messages)
  assert.equal(earlier[0], 0)
  assert.equal(earlier.at(-1), 11)
  assert.deepEqual(later, [0, ...later.slice(1)])
  assert.ok(later.length > earlier.length)
  const [first] = shownOf(messages[0] ?? worded([1]), new Set(earlier))
  assert.equal(first?.leftOut, 12 - earlier.length)
})

test("never more rows than a report may have; too many messages are refused", () => {
  const many = Array.from({ length: 40 }, (_, index) => worded([10, 10, 10], index * 10 + 1))
  assert.throws(
    () => fit(many),
    (error) => error instanceof ChatError && error.code === "client.not_reportable" && error.why === "too_much",
  )
  const shown = places(many.slice(0, 20)).flat()
  assert.equal(shown.length, MAX_REPORTED_ROWS)
})
