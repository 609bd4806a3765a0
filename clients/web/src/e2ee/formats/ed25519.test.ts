import assert from "node:assert/strict"
import { test } from "node:test"
import { hexToBytes } from "@noble/hashes/utils.js"
import { sign, signatureKeyPair, verifies } from "./ed25519"

const key = signatureKeyPair(new Uint8Array(32).fill(1))
const message = new Uint8Array([1, 2, 3])
const signature = sign(key, message)
const altered = (octets: Uint8Array, place: number, by: number) => octets.with(place, (octets[place] ?? 0) ^ by)

test("the signature of RFC 8032 §7.1, test 2, comes out and verifies", () => {
  const pair = signatureKeyPair(hexToBytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
  const made = sign(pair, new Uint8Array([0x72]))
  assert.deepEqual(
    made,
    hexToBytes(
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
  )
  assert.ok(verifies(pair.public, new Uint8Array([0x72]), made))
})

test("no altered message, key or signature verifies", () => {
  assert.ok(verifies(key.public, message, signature))
  assert.ok(!verifies(key.public, altered(message, 0, 1), signature))
  for (let place = 0; place < 64; place++) assert.ok(!verifies(key.public, message, altered(signature, place, 1)))
  for (let place = 0; place < 32; place++) assert.ok(!verifies(altered(key.public, place, 1), message, signature))
  assert.ok(!verifies(key.public, message, signature.subarray(1)))
  assert.ok(!verifies(key.public.subarray(1), message, signature))
})

test("S has one encoding: S + L is refused", () => {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  let rest = signature.subarray(32).reduceRight((sum, octet) => sum * 256n + BigInt(octet), 0n) + order
  const longer = signature.slice()
  for (let place = 32; place < 64; place++, rest >>= 8n) longer[place] = Number(rest & 255n)
  assert.ok(!verifies(key.public, message, longer))
})

test("a public key of small order verifies nothing", () => {
  // For the neutral point, R = S·B verifies for every message unless it is refused.
  const neutral = new Uint8Array(32).with(0, 1)
  const forged = new Uint8Array(64)
  forged.set(signatureKeyPair(new Uint8Array(32)).public)
  assert.ok(!verifies(neutral, message, forged))
  assert.ok(!verifies(neutral, message, new Uint8Array(64).with(0, 1)))
})
