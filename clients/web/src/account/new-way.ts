/**
 * A way to open the backup that was made before there was one: with the seal of a new
 * device, and put into the backup once the device is at work.
 */

import type { Slot } from "../e2ee/formats/key-slots"
import type { Put, Vault } from "../store/vault"
import { slotOf, storedSlot, StoredSlot } from "./kept"
import { getRecord, putRecord } from "./stored"

const SPACE = "backup_way"

export function putNewWay(slot: Slot): Put {
  return putRecord(SPACE, storedSlot(slot))
}

export async function newWay(vault: Vault): Promise<Slot | undefined> {
  const stored = await getRecord(vault, StoredSlot, SPACE)
  return stored && slotOf(stored)
}

/** It is in the backup. */
export function dropNewWay(): Put {
  return { space: SPACE, value: undefined }
}
