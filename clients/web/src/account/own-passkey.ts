/**
 * The passkey of an account: made once, in the server's ceremony, and used ever after.
 *
 * The server has to know who asks before it lets anybody make one, so an account is
 * registered first and sealed by its passkey after that (`locking.ts`). Its `user.id` is
 * the account's: an attempt whose answer was lost is replaced by the next, and a person
 * has one entry in their list.
 */

import { deviceSecret, newSlot } from "../e2ee/formats/key-slots"
import type { Stretch } from "../e2ee/formats/argon2"
import { openBackup } from "../e2ee/formats/backup"
import type { AccountRecord } from "../e2ee/formats/account-record"
import { FormatError } from "../e2ee/formats/errors"
import type { Rng } from "../e2ee/formats/requests"
import { Accounts } from "../protocol/accounts"
import { Refused } from "../protocol/errors"
import type { PasskeyOptions, PasskeyView } from "../protocol/events"
import type { Device } from "./device"
import { ClientError } from "./errors"
import { dropNewWay, putNewWay } from "./new-way"
import { anyOf, makePasskey, type Passkey, usePasskey } from "./passkey"
import { freshly, prove } from "./proof"
import type { SignInSource } from "./sign-in"
import type { Way } from "./ways"

/** How a passkey opens the backup; its octets need no stretching. */
export async function wayOf({ id, secret }: Passkey, random: Rng): Promise<Way> {
  const slot = await newSlot(deviceSecret(secret), random, () => Promise.reject(new Error("nothing is stretched")))
  return { slot, passkey: id }
}

/** The passkeys of the account, the oldest first. Throws `Refused`, `NotConnected`. */
export async function ownPasskeys({ identity }: Device, source: SignInSource): Promise<readonly PasskeyView[]> {
  return (await new Accounts(identity.origin).passkeys(await source.token(false))).passkeys
}

/**
 * The account's passkey, made if there is none. Throws `ClientError` (`passkey_unusable`),
 * `Refused`, `NotConnected`.
 */
export function ownPasskey(device: Device, source: SignInSource): Promise<Passkey> {
  return namely(async () => {
    const { identity, random } = device
    const known = await ownPasskeys(device, source)
    if (known.length > 0)
      return usePasskey(
        anyOf(
          known.map(({ passkey }) => passkey),
          random,
        ),
      )
    const token = await source.token(false)
    await prove(identity, token)
    return registered(device, token, await new Accounts(identity.origin).beginPasskey(token), identity.handle)
  })
}

/**
 * Makes another passkey for the account, which `label` names for its owner. Throws as
 * `ownPasskey`; where the account has a passkey already, that is asked for first.
 */
export function addPasskey(device: Device, source: SignInSource, label: string): Promise<Passkey> {
  return namely(async () => {
    const begun = await freshly(device.identity, source, (accounts, token) => accounts.beginPasskey(token))
    return registered(device, await source.token(false), begun, label)
  })
}

/** Has the server forget a passkey: it brings nothing back any more. Throws as `ownPasskey`. */
export function removePasskey({ identity }: Device, source: SignInSource, passkey: string): Promise<void> {
  return freshly(identity, source, (accounts, token) => accounts.deletePasskey(token, passkey))
}

/**
 * A passkey that the server knows. What it opens is left in the vault before that: a page
 * that dies in between leaves no passkey that brings nothing back (`new-way.ts`).
 */
async function registered(device: Device, token: string, begun: PasskeyOptions, label: string): Promise<Passkey> {
  const asked = JSON.parse(begun.options) as PublicKeyCredentialCreationOptionsJSON
  const passkey = await makePasskey(PublicKeyCredential.parseCreationOptionsFromJSON(asked), device.random)
  await device.vault.write([putNewWay(await wayOf(passkey, device.random))])
  const { ceremony } = begun
  try {
    const made = { ceremony, label, credential: passkey.credential }
    await new Accounts(device.identity.origin).registerPasskey(token, made)
  } catch (error) {
    if (error instanceof Refused) await device.vault.write([dropNewWay()])
    throw error
  }
  return passkey
}

/** A server that is reached by an address has no name that passkeys could be bound to. */
async function namely<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Refused && error.code === "not_found")) throw error
    throw new ClientError("client.passkey_unusable", "there are no passkeys at this address")
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
