import "fake-indexeddb/auto"
import assert from "node:assert/strict"
import { randomUUID } from "node:crypto"
import { test } from "node:test"
import { newStoreKey } from "../store/keyring"
import { StoreFull, Vault } from "../store/vault"
import { Preferences } from "./preferences"

const never = (error: unknown) => {
  throw error
}

test("what was chosen is there when the store is opened again, and only what was chosen", async () => {
  const [name, { key }] = [randomUUID(), await newStoreKey()]
  const vault = await Vault.open(name, key)
  const first = await Preferences.open(vault, never)
  assert.deepEqual([first.sendReceipts.value, first.sendTyping.value], [false, true])
  first.sendReceipts.value = true
  first.sendTyping.value = false
  await first.close()
  first.lowData.value = true
  await first.stored()
  vault.close()
  const again = await Preferences.open(await Vault.open(name, key), never)
  const { sendReceipts, sendTyping, lowData } = again
  assert.deepEqual([sendReceipts.value, sendTyping.value, lowData.value], [true, false, false])
})

test("changes that come together are written together, and none is lost", async () => {
  const vault = await Vault.open(randomUUID(), (await newStoreKey()).key)
  const preferences = await Preferences.open(vault, never)
  for (let count = 0; count < 100; count++) preferences.lowData.value = count % 2 === 0
  preferences.lowData.value = true
  await preferences.stored()
  assert.ok(vault.writes <= 2)
  assert.equal((await Preferences.open(vault, never)).lowData.value, true)
})

test("what could not be stored is told", async () => {
  const vault = await Vault.open(randomUUID(), (await newStoreKey()).key)
  const told: unknown[] = []
  const preferences = await Preferences.open(vault, (error) => told.push(error))
  vault.write = () => Promise.reject(new StoreFull())
  preferences.lowData.value = true
  await preferences.stored()
  assert.ok(told[0] instanceof StoreFull)
})
