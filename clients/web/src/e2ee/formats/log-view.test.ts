import assert from "node:assert/strict"
import { test } from "node:test"
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { sign, signatureKeyPair } from "./ed25519"
import {
  checkDeadline,
  decode,
  emptyView,
  encode,
  gossipDue,
  observe,
  PROOF_DEADLINE_MS,
  proofsWanted,
} from "./log-view"
import { Frontier, leafHash, nodeHash } from "./merkle"
import { encode as encodeHead, logIdOf, type SignedHead } from "./transparency"

const key = signatureKeyPair(new Uint8Array(32).fill(9))
const NOW = 1_800_000_000_000
const leaf = (text: string) => leafHash(utf8ToBytes(text))

/** The head of a log with these entries. */
function headOf(entries: string[], timeMs = BigInt(NOW)): SignedHead {
  const frontier = entries.reduce((grown, entry) => grown.append(leaf(entry)), new Frontier())
  const head = {
    logId: logIdOf(key.public),
    size: frontier.size,
    root: frontier.root(),
    timeMs,
    signature: new Uint8Array(0),
  }
  return { ...head, signature: sign(key, concatBytes(utf8ToBytes("MentalVerse log head v1"), encodeHead(head))) }
}

const two = headOf(["a", "b"])
const three = headOf(["a", "b", "c"])
const other = headOf(["a", "x", "c"])
const grown = [leaf("c")]
const [held] = observe(emptyView(key.public), two, NOW)

test("the first head is taken, and a longer log with its proof after it", () => {
  const [next, observed] = observe(held, three, NOW, grown)
  assert.equal(observed, "advanced")
  assert.deepEqual(next.head, three)
  assert.deepEqual(decode(encode(next)), next)
})

test("a head without a proof waits until one comes", () => {
  const [waiting, observed] = observe(held, three, NOW)
  assert.equal(observed, "unproven")
  assert.deepEqual(proofsWanted(waiting), [[2n, 3n]])
  const [settled] = observe(waiting, three, NOW, grown)
  assert.deepEqual([settled.head, settled.awaited], [three, []])
})

test("an earlier state of the log is known by its proof", () => {
  const one = headOf(["a"])
  assert.equal(observe(held, one, NOW, [leaf("b")])[1], "earlier")
  assert.deepEqual(two.root, nodeHash(leaf("a"), leaf("b")))
})

test("two roots of one size are a split, with both heads as evidence", () => {
  const [at] = observe(held, three, NOW, grown)
  const [split, observed] = observe(at, other, NOW)
  assert.equal(observed, "split")
  assert.deepEqual(split.split, { kind: "contradiction", held: three, other })
})

test("a head that nobody proves for a day is a split, and not a millisecond earlier", () => {
  const [waiting] = observe(held, other, NOW)
  assert.equal(checkDeadline(waiting, NOW + PROOF_DEADLINE_MS - 1).split, undefined)
  assert.deepEqual(checkDeadline(waiting, NOW + PROOF_DEADLINE_MS).split, { kind: "no_proof", held: two, other })
})

test("what the log did not sign is nobody's evidence", () => {
  assert.throws(() => observe(held, { ...three, root: two.root }, NOW))
})

test("a group is told a new head at most once an hour", () => {
  assert.ok(gossipDue(three, two, undefined, NOW))
  assert.ok(!gossipDue(three, two, NOW - 1, NOW))
  assert.ok(!gossipDue(three, three, undefined, NOW))
})
