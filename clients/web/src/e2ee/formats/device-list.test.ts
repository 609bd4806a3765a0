import assert from "node:assert/strict"
import { test } from "node:test"
import { checkFirst, checkSuccessor, decode, encode, find, signFirst, signNext, verify } from "./device-list"
import { signatureKeyPair } from "./ed25519"
import { FormatError } from "./errors"

const seeded = (seed: number) => signatureKeyPair(new Uint8Array(32).fill(seed))
const account = seeded(1)
const renewed = seeded(2)
const accountId = new Uint8Array(16).fill(7)
const device = (letter: number, addedAt: bigint) => ({
  deviceId: new Uint8Array(16).fill(letter),
  signatureKey: new Uint8Array(32).fill(letter),
  addedAt,
})
const phone = device(2, 1_000n)
const laptop = device(1, 2_000n)
const first = signFirst(account, accountId, [phone, laptop])
const refused = (code: string) => (error: unknown) => error instanceof FormatError && error.code === code

test("devices stand in the order of their ids, whatever order they came in", () => {
  assert.deepEqual(first.devices, [laptop, phone])
  assert.deepEqual(decode(encode(first)), first)
  assert.deepEqual(encode(signFirst(account, accountId, [laptop, phone])), encode(first))
})

test("a device is revoked by a list without it", () => {
  const next = signNext(account, first, [phone])
  checkSuccessor(first, next)
  assert.equal(find(next, laptop.deviceId), undefined)
})

test("a skipped list and another account's are no successors", () => {
  const notNext = refused("device_list.not_next")
  const next = signNext(account, first, [phone])
  assert.throws(() => checkSuccessor(first, signNext(account, next, [phone])), notNext)
  assert.throws(() => checkSuccessor(first, signFirst(account, phone.deviceId, [phone])), notNext)
})

test("a device that stays keeps its age", () => {
  const older = signNext(account, first, [{ ...phone, addedAt: 999n }])
  assert.throws(() => checkSuccessor(first, older), refused("device_list.not_next"))
})

test("an account key changes hands only under the old key's signature", () => {
  checkSuccessor(first, signNext(renewed, first, [phone], account))
  const taken = signNext(renewed, first, [phone])
  verify(taken)
  assert.throws(() => checkSuccessor(first, taken), refused("device_list.account_key_changed"))
})

test("a first list is the account's own", () => {
  checkFirst(first, { accountId, accountPublic: account.public })
  assert.throws(
    () => checkFirst(first, { accountId, accountPublic: renewed.public }),
    refused("device_list.account_key_changed"),
  )
})

test("two devices share neither an id nor a key", () => {
  for (const second of [
    { ...laptop, deviceId: phone.deviceId },
    { ...laptop, signatureKey: phone.signatureKey },
  ]) {
    assert.throws(() => signFirst(account, accountId, [phone, second]), refused("mls.state.invalid_request"))
  }
})
