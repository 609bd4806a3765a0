/**
 * The passphrase of an account as a way to its backup (`passphrase_api`): stretched once,
 * and expanded to what proves it to the server and what opens the slot. Neither gives the
 * other.
 */

import { expand } from "@noble/hashes/hkdf.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { utf8ToBytes } from "@noble/hashes/utils.js"
import type { AccountRecord } from "../e2ee/formats/account-record"
import { type Argon2Cost, SALT_BYTES, type Stretch } from "../e2ee/formats/argon2"
import { openBackup } from "../e2ee/formats/backup"
import { FormatError } from "../e2ee/formats/errors"
import { deviceSecret, newSlot, PASSPHRASE_COST, passphraseSecret, type Slot } from "../e2ee/formats/key-slots"
import { Accounts } from "../protocol/accounts"
import { Refused } from "../protocol/errors"
import { AUTH_KEY_LABEL, WRAP_KEY_LABEL } from "../protocol/events"
import type { Device } from "./device"
import { ClientError } from "./errors"
import type { SignInSource } from "./sign-in"

const KEY_BYTES = 32

/** Makes it the account's, in the place of any before; the slot that it opens. Throws `Refused`, `NotConnected`. */
export async function setPassphrase(
  device: Device,
  source: SignInSource,
  passphrase: string,
  stretch: Stretch,
): Promise<Slot> {
  const salt = device.random(SALT_BYTES)
  const { auth, wrap } = await keysOf(passphrase, salt, PASSPHRASE_COST, stretch)
  await new Accounts(device.identity.origin).setPassphrase(await source.token(false), { salt, auth })
  return newSlot(deviceSecret(wrap), device.random, stretch)
}

/** What the backup of a name holds, on a browser that knows nothing. `client.backup_not_opened`. */
export async function openByPassphrase(
  origin: string,
  handle: string,
  passphrase: string,
  stretch: Stretch,
): Promise<AccountRecord> {
  const accounts = new Accounts(origin)
  try {
    const { salt, passes, memory_kibibytes } = await accounts.beginPassphrase({ handle })
    const cost = { passes, memoryKibibytes: memory_kibibytes }
    const { auth, wrap } = await keysOf(passphrase, salt, cost, stretch)
    const envelope = await accounts.backupByPassphrase({ handle, auth })
    return (await openBackup(envelope, deviceSecret(wrap), { accountPublic: undefined }, stretch)).record
  } catch (error) {
    const isNone = error instanceof Refused && ["not_found", "unauthorised", "bad_request"].includes(error.code)
    if (!isNone && !(error instanceof FormatError && error.code !== "keystore.out_of_memory")) throw error
    throw new ClientError("client.backup_not_opened", "this name and passphrase open no backup")
  }
}

async function keysOf(passphrase: string, salt: Uint8Array, cost: Argon2Cost, stretch: Stretch) {
  const { octets } = passphraseSecret(passphrase)
  // A cheaper proof could be guessed from, and a dearer one would stop the browser.
  if (cost.passes !== PASSPHRASE_COST.passes || cost.memoryKibibytes !== PASSPHRASE_COST.memoryKibibytes) {
    throw new ClientError("client.untrusted_server", "the server asks for another cost than there is")
  }
  const master = await stretch(octets, salt, cost)
  const key = (label: string) => expand(sha256, master, utf8ToBytes(label), KEY_BYTES)
  return { auth: key(AUTH_KEY_LABEL), wrap: key(WRAP_KEY_LABEL) }
}
