import assert from "node:assert/strict"
import { test } from "node:test"
import { hexToBytes } from "@noble/hashes/utils.js"
import { didKey } from "./credential-proof"

test("a key is named as the specification of did:key names it", () => {
  // did:key v0.9, §"Ed25519 with X25519": the first of its examples.
  const key = hexToBytes("2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6")
  assert.equal(didKey(key), "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")
})
