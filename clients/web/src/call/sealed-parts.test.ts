import assert from "node:assert/strict"
import { test } from "node:test"
import { signatureKeyPair } from "../e2ee/formats/ed25519"
import { RecordingOpener, RecordingSealer } from "../e2ee/formats/recording-file"
import { SealedParts } from "./sealed-parts"

const rng = (length: number) => crypto.getRandomValues(new Uint8Array(length))
const key = signatureKeyPair(rng(32))
const account = rng(16)

async function parts(maxBytes?: number): Promise<SealedParts> {
  const about = { call: rng(16), request: rng(16), startedAtMs: 1n, mediaType: "video/webm" }
  const sealer = await RecordingSealer.begin(about, [{ accountId: account, accountPublic: key.public }], rng)
  return new SealedParts(sealer, maxBytes)
}

test("what comes in pieces is one file that opens", async () => {
  const made = await parts()
  const piece = new Uint8Array(90_000).fill(9)
  for (let count = 0; count < 30; count++) made.add(piece)
  const file = made.finish()
  assert.ok(file)
  const opener = new RecordingOpener(account, key)
  const opened = await opener.push(new Uint8Array(await file.arrayBuffer()))
  assert.equal(opened.length + opener.finish().length, 30 * piece.length)
})

test("it says when it is full", async () => {
  const made = await parts(200_000)
  made.add(new Uint8Array(100_000))
  assert.equal(made.isFull, false)
  made.add(new Uint8Array(200_000))
  assert.equal(made.isFull, true)
})

test("of what was dropped there is nothing, whatever still comes", async () => {
  const made = await parts()
  made.add(new Uint8Array(100_000))
  made.drop()
  made.add(new Uint8Array(100_000))
  assert.equal(made.finish(), undefined)
})
