import "fake-indexeddb/auto"
import assert from "node:assert/strict"
import { randomUUID } from "node:crypto"
import { test } from "node:test"
import { newStoreKey } from "../store/keyring"
import { StoreFull, Vault } from "../store/vault"
import { NotesOf } from "./notes"

const never = (error: unknown) => {
  throw error
}

test("a draft that there is no room for ends nothing, and is stored once there is", async () => {
  const vault = await Vault.open(randomUUID(), (await newStoreKey()).key)
  const notes = await NotesOf.open(vault, never)
  const write = vault.write.bind(vault)
  vault.write = () => Promise.reject(new StoreFull())
  notes.keepDraft("talk", "half a thought")
  await notes.flush()
  assert.equal(notes.draftOf("talk"), "half a thought")
  vault.write = write
  await notes.flush()
  assert.equal((await NotesOf.open(vault, never)).draftOf("talk"), "half a thought")
})

test("what was set and could not be stored is told to whoever set it", async () => {
  const vault = await Vault.open(randomUUID(), (await newStoreKey()).key)
  const notes = await NotesOf.open(vault, never)
  vault.write = () => Promise.reject(new StoreFull())
  await assert.rejects(notes.set("talk", { muted: true }), StoreFull)
})
