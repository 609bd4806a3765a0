/**
 * The passkey of an account: made once, in the server's ceremony, and used ever after.
 *
 * The server has to know who asks before it lets anybody make one, so an account is
 * registered first and sealed by its passkey after that (`locking.ts`). Its `user.id` is
 * the account's: an attempt whose answer was lost is replaced by the next, and a person
 * has one entry in their list.
 */

import { deviceSecret, newSlot, type Slot } from "../e2ee/formats/key-slots"
import type { Stretch } from "../e2ee/formats/argon2"
import { openBackup } from "../e2ee/formats/backup"
import type { AccountRecord } from "../e2ee/formats/account-record"
import { FormatError } from "../e2ee/formats/errors"
import type { Rng } from "../e2ee/formats/requests"
import { Accounts } from "../protocol/accounts"
import { Refused } from "../protocol/errors"
import type { Device } from "./device"
import { ClientError } from "./errors"
import { anyOf, makePasskey, type Passkey, usePasskey } from "./passkey"
import { prove } from "./proof"
import type { SignInSource } from "./sign-in"

/** The slot of a backup that a passkey opens; its octets need no stretching. */
export function slotOf({ secret }: Passkey, random: Rng): Promise<Slot> {
  return newSlot(deviceSecret(secret), random, () => Promise.reject(new Error("nothing is stretched")))
}

/**
 * The account's passkey, made if there is none; `isNew` then. Throws `ClientError`
 * (`passkey_unusable`), `Refused`, `NotConnected`.
 */
export async function ownPasskey(device: Device, source: SignInSource): Promise<{ passkey: Passkey; isNew: boolean }> {
  const { identity, random } = device
  const accounts = new Accounts(identity.origin)
  const token = await source.token(false)
  try {
    const { passkeys } = await accounts.passkeys(token)
    if (passkeys.length > 0) {
      const ids = passkeys.map(({ passkey }) => passkey)
      return { passkey: await usePasskey(anyOf(ids, random)), isNew: false }
    }
    await prove(identity, token)
    const { ceremony, options } = await accounts.beginPasskey(token)
    const asked = JSON.parse(options) as PublicKeyCredentialCreationOptionsJSON
    const passkey = await makePasskey(PublicKeyCredential.parseCreationOptionsFromJSON(asked), random)
    await accounts.registerPasskey(token, { ceremony, label: identity.handle, credential: passkey.credential })
    return { passkey, isNew: true }
  } catch (error) {
    // A server that is reached by an address has no name that passkeys could be bound to.
    if (error instanceof Refused && error.code === "not_found") {
      throw new ClientError("client.passkey_unusable", "there are no passkeys at this address")
    }
    throw error
  }
}

/**
 * What the backup of the account holds whose passkey the person chooses, on a browser
 * that knows nothing. Throws `ClientError` (`passkey_unusable`, `backup_not_opened`).
 */
export async function openByPasskey(
  origin: string,
  stretch: Stretch,
): Promise<{ record: AccountRecord; passkey: Passkey }> {
  const accounts = new Accounts(origin)
  const { ceremony, options } = await accounts.beginPasskeyUse()
  const asked = JSON.parse(options) as PublicKeyCredentialRequestOptionsJSON
  const passkey = await usePasskey(PublicKeyCredential.parseRequestOptionsFromJSON(asked))
  try {
    const envelope = await accounts.backupByPasskey({ ceremony, credential: passkey.credential })
    const { record } = await openBackup(envelope, deviceSecret(passkey.secret), { accountPublic: undefined }, stretch)
    return { record, passkey }
  } catch (error) {
    const isNone = error instanceof Refused && ["not_found", "unauthorised"].includes(error.code)
    if (!isNone && !(error instanceof FormatError)) throw error
    throw new ClientError("client.backup_not_opened", "this passkey opens no backup")
  }
}
