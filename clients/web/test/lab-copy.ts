/** A copy of this browser's store, and how it is put back: what a backup of a disk does. */

import { openDB } from "idb"

type Copy = readonly (readonly [IDBValidKey, unknown])[]

/** Everything in the vault as it is stored, sealed. */
export async function copyVault(): Promise<Copy> {
  const database = await openDB("mv-vault")
  const { store } = database.transaction("entries")
  const [keys, values] = await Promise.all([store.getAllKeys(), store.getAll()])
  database.close()
  return keys.map((key, place) => [key, values[place]] as const)
}

/** Makes the vault what it was; nobody has it open. */
export async function putBack(copy: Copy): Promise<void> {
  const database = await openDB("mv-vault")
  const transaction = database.transaction("entries", "readwrite", { durability: "strict" })
  await transaction.store.clear()
  for (const [key, value] of copy) await transaction.store.put(value, key)
  await transaction.done
  database.close()
}
