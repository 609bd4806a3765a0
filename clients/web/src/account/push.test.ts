import assert from "node:assert/strict"
import { test } from "node:test"
import { nameOf } from "./push"

test("a conversation has the name that the server gives it", () => {
  // `mentalverse_server.push.encryption.payload` of the same octets.
  const octets = Uint8Array.from({ length: 16 }, (_, index) => index)
  assert.equal(nameOf("000102030405060708090a0b0c0d0e0f", octets), "xd57RCMc_dCVsA-Uw2GzrA")
})
