/**
 * A way to open the backup that is not in it yet: made with the seal of a new device, or
 * with a passkey that is just being added. A page that dies meanwhile loses nothing.
 */

import * as s from "../protocol/shape"
import type { Put, Vault } from "../store/vault"
import { slotOf, storedSlot, StoredSlot } from "./kept"
import { getRecord, putRecord } from "./stored"
import type { Way } from "./ways"

const SPACE = "backup_way"

const NewWay = s.struct({ slot: StoredSlot, passkey: s.text })

export function putNewWay({ slot, passkey }: Way): Put {
  return putRecord(SPACE, { slot: storedSlot(slot), passkey })
}

export async function newWay(vault: Vault): Promise<Way | undefined> {
  const stored = await getRecord(vault, NewWay, SPACE)
  return stored && { slot: slotOf(stored.slot), passkey: stored.passkey }
}

/** It is in the backup. */
export function dropNewWay(): Put {
  return { space: SPACE, value: undefined }
}
