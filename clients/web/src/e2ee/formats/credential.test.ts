import assert from "node:assert/strict"
import { test } from "node:test"
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import {
  asKeyId,
  byKeyId,
  checkSuccessor,
  clientOf,
  CLOCK_SKEW_SECONDS,
  decode,
  type DeviceCredential,
  encode,
  LIFETIME_SECONDS,
  sign,
  verify,
} from "./credential"
import { sign as signText, signatureKeyPair } from "./ed25519"
import { FormatError } from "./errors"

const seeded = (seed: number) => signatureKeyPair(new Uint8Array(32).fill(seed))
const account = seeded(1)
const leaf = seeded(2)
const service = seeded(3)
const NOW = 1_800_000_000
const whose = { kind: "member", accountId: new Uint8Array(16).fill(1), deviceId: new Uint8Array(16).fill(2) } as const
const AS_KEYS = byKeyId([service.public])
const request = sign(account, leaf.public, whose, NOW)
const refused = (code: string) => (error: unknown) => error instanceof FormatError && error.code === code

/** What the service makes of a request: the last octet of one is its empty signature. */
function signedByService(asked: DeviceCredential): DeviceCredential {
  const named = { ...asked, asKeyId: asKeyId(service.public) }
  const text = concatBytes(utf8ToBytes("MentalVerse device v1"), encode(named).slice(0, -1), leaf.public)
  return { ...named, asSignature: signText(service, text) }
}

const credential = signedByService(request)

test("a credential that both signed is accepted, and is its octets", () => {
  verify(credential, leaf.public, AS_KEYS, NOW)
  assert.deepEqual(decode(encode(credential)), credential)
  assert.deepEqual(clientOf(encode(credential)), concatBytes(whose.accountId, whose.deviceId))
})

test("it holds from an hour before it was made to the last second of its year", () => {
  for (const now of [NOW - CLOCK_SKEW_SECONDS, NOW + LIFETIME_SECONDS]) verify(credential, leaf.public, AS_KEYS, now)
  for (const now of [NOW - CLOCK_SKEW_SECONDS - 1, NOW + LIFETIME_SECONDS + 1]) {
    assert.throws(() => verify(credential, leaf.public, AS_KEYS, now), refused("mls.credential_rejected.expired"))
  }
})

test("neither the account nor the service alone makes a device", () => {
  const unsigned = refused("mls.credential_rejected.unsigned")
  assert.throws(() => verify(request, leaf.public, AS_KEYS, NOW), unsigned)
  const forged = signedByService({ ...request, accountSignature: new Uint8Array(64) })
  assert.throws(() => verify(forged, leaf.public, AS_KEYS, NOW), unsigned)
})

test("a credential belongs to one leaf key, and to a service that is known", () => {
  assert.throws(() => verify(credential, seeded(4).public, AS_KEYS, NOW), refused("mls.credential_rejected.unsigned"))
  assert.throws(
    () => verify(credential, leaf.public, byKeyId([account.public]), NOW),
    refused("mls.credential_rejected.unknown_key"),
  )
})

test("a leaf may renew its keys, and not change hands", () => {
  checkSuccessor(request, credential)
  for (const change of [{ accountId: whose.deviceId }, { deviceId: whose.accountId }, { kind: "guest" as const }]) {
    assert.throws(
      () => checkSuccessor(credential, { ...credential, ...change }),
      refused("mls.credential_rejected.mismatch"),
    )
  }
})
