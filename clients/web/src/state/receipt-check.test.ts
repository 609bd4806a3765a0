import assert from "node:assert/strict"
import { test } from "node:test"
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { sign, signatureKeyPair } from "../e2ee/formats/ed25519"
import known from "../rewards/receipts.json"
import { checkReceipt } from "./receipt-check"
import type { ReceiptPapers } from "./reward-models"

const pair = signatureKeyPair(new Uint8Array(32).fill(7))
const KEY = bytesToHex(pair.public)
const { document: pack, hash } = known.packs.peer
const message = concatBytes(utf8ToBytes("MentalVerse reward pack v1"), hexToBytes(hash))
const PAPERS: ReceiptPapers = {
  document: known.receipts.peer.document,
  pack: { document: pack, key: KEY, signature: bytesToHex(sign(pair, message)) },
  event: "evt_1",
  beneficiary: "ada",
}
const kindOf = (more: Partial<ReceiptPapers>, key = KEY) => checkReceipt({ ...PAPERS, ...more }, key).kind

test("a receipt of one's own is checked", () => {
  assert.equal(kindOf({}), "checked")
})

test("a receipt of somebody else or of another event does not add up", () => {
  assert.equal(kindOf({ beneficiary: "grace" }), "flawed")
  assert.equal(kindOf({ event: "evt_2" }), "flawed")
  assert.equal(kindOf({ document: PAPERS.document.replace(/"salt":"[^"]*"/, '"salt":"none"') }), "flawed")
})

test("an amount that was changed does not add up", () => {
  const found = checkReceipt({ ...PAPERS, document: PAPERS.document.replaceAll("67500000", "68500000") }, KEY)
  assert.ok(found.kind === "flawed")
  assert.deepEqual(found.flaws, ["scored"])
})

test("a policy under another key checks nothing", () => {
  assert.equal(kindOf({}, "11".repeat(32)), "unreadable")
})

test("what is no receipt checks nothing", () => {
  assert.equal(kindOf({ document: "{}" }), "unreadable")
})
