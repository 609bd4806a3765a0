/** Which device this browser is, and whether this page may work with it now. */

import { Device } from "../account/device"
import { Chat } from "../chat/chat"
import { acquire, ask, type HeldLock } from "../store/device-lock"
import type { DeviceRecord } from "../store/keyring"
import { Vault } from "../store/vault"

/** A device that this page alone works with. */
export interface OpenDevice {
  readonly chat: Chat
  readonly vault: Vault
  readonly lock: HeldLock
}

/**
 * Waits until no other page works with the device, and opens it. `elsewhere` is called if
 * that takes a while, with a way to ask the other page for it.
 */
export async function openDevice(
  record: DeviceRecord & { readonly storeKey: CryptoKey },
  elsewhere: (useHere: () => void) => void,
): Promise<OpenDevice> {
  const lock = await whenFree(record.device, elsewhere)
  try {
    const vault = await Vault.open(record.vault, record.storeKey)
    const chat = await Chat.open(await Device.open(vault))
    return { chat, vault, lock }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** How long a page that is going away may take before it is said that there is another. */
const SOON_MS = 400

async function whenFree(device: string, elsewhere: (useHere: () => void) => void): Promise<HeldLock> {
  const timer = setTimeout(() => elsewhere(() => ask(device)), SOON_MS)
  try {
    return await acquire(device)
  } finally {
    clearTimeout(timer)
  }
}
