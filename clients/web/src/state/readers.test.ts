import assert from "node:assert/strict"
import { test } from "node:test"
import type { Planned } from "../e2ee/formats/session-page"
import { type Message, opened } from "../chat/messages"
import { readersOf } from "./readers"

const [ADA, BEN] = ["a".repeat(32), "b".repeat(32)] as const
const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`
const NOTE: Planned = { type: "note", note: idOf(9), text: "tea" }

function mine(seq: number, body: Planned | { readonly type: "text"; readonly text: string }): Message {
  const origin = { conversation: "c".repeat(32), seq, at: 7, account: ADA, mine: true }
  const message = opened({ id: idOf(seq), atMs: 7, body }, origin)
  assert(message !== undefined)
  return message
}

test("who has read is told beside the newest words, also where a plan was changed after them", () => {
  const said = [mine(1, { type: "text", text: "one" }), mine(2, { type: "text", text: "two" }), mine(3, NOTE)]
  const readers = readersOf(said, new Map([[BEN, 3]]), ADA, () => "ben")
  assert.deepEqual([...readers], [[idOf(2), ["ben"]]])
})
