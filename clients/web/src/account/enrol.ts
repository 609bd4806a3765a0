/**
 * Making this browser another device of an account that exists.
 *
 * Whoever holds the account's key may add a device: the key signs the device's credential
 * and the account's next device list, and needs no sign-in. This is how an account comes
 * back from its recovery words. A device that is paired gets both from the other one.
 *
 * Like registering it can be repeated: keys and the signed list are stored before the
 * server hears of them, and the same list gives the same answer.
 */

import type { AccountRecord } from "../e2ee/formats/account-record"
import * as credentials from "../e2ee/formats/credential"
import * as lists from "../e2ee/formats/device-list"
import type { DeviceList } from "../e2ee/formats/device-list"
import { type SignatureKeyPair, signatureKeyPair } from "../e2ee/formats/ed25519"
import { FormatError } from "../e2ee/formats/errors"
import type { Rng } from "../e2ee/formats/requests"
import { equal } from "../e2ee/octets"
import { Accounts } from "../protocol/accounts"
import { Refused } from "../protocol/errors"
import type { ServerInfo } from "../protocol/events"
import type { Vault } from "../store/vault"
import { ClientError } from "./errors"
import { accountKey, deviceKey, type Identity, loadIdentity, putIdentity } from "./identity"
import { idBytes, idText, newId } from "./ids"
import { checkServer, settingsOf, takeOver } from "./kept"
import { checkAnswer, serverInfo } from "./register"

/** How often a list whose number another device took is signed anew. */
export const MAX_PUBLISH_ATTEMPTS = 5

/** What a device makes for itself before it belongs to an account. */
export interface DeviceKeys {
  readonly device: string
  /** Ed25519 seed. */
  readonly private: Uint8Array
}

export function freshKeys(random: Rng): DeviceKeys {
  return { device: newId(random), private: random(32) }
}

/**
 * Makes the vault's owner a new device of the record's account; may be repeated with the
 * same vault until it succeeds. Throws `ClientError` (`profile_exists`,
 * `untrusted_server`), `Refused` as when there are eight devices, `NotConnected`.
 */
export async function enrol(
  vault: Vault,
  origin: string,
  record: AccountRecord,
  nowMs: () => number,
  random: Rng,
): Promise<Identity> {
  const begun = await loadIdentity(vault)
  if (begun?.registered === true) throw new ClientError("client.profile_exists", "a device lives in this browser")
  if (begun !== undefined && begun.account !== idText(record.accountId)) {
    throw new ClientError("client.profile_exists", "a device of another account was begun in this browser")
  }
  const nowSeconds = Math.floor(nowMs() / 1000)
  const info = await serverInfo(origin)
  const identity = begun ?? newIdentity(record, info, origin, freshKeys(random), nowSeconds)
  return finish(vault, await publish(vault, identity, record, nowSeconds), record, nowSeconds)
}

/** The identity of a new device, with its credential as the account signs it. `client.untrusted_server`. */
export function newIdentity(
  record: AccountRecord,
  info: ServerInfo,
  origin: string,
  keys: DeviceKeys,
  nowSeconds: number,
): Identity {
  const settings = settingsOf(record)
  const key = signatureKeyPair(record.accountPrivate)
  const signatureKey = signatureKeyPair(keys.private).public
  return {
    origin,
    server: info.server,
    asKeys: checkServer(settings, info),
    logPublic: info.log_pub,
    account: idText(record.accountId),
    device: keys.device,
    handle: settings.handle,
    inviteCode: "",
    accountPrivate: record.accountPrivate,
    devicePrivate: keys.private,
    credential: signedCredential(key, record.accountId, keys.device, signatureKey, nowSeconds),
    deviceList: record.deviceList,
    registered: false,
    earlierKeys: settings.earlier_keys,
  }
}

/** A member device's credential with the account's signature, for the server's. */
export function signedCredential(
  key: SignatureKeyPair,
  accountId: Uint8Array,
  device: string,
  signatureKey: Uint8Array,
  nowSeconds: number,
): Uint8Array {
  const whose = { kind: "member", accountId, deviceId: idBytes(device) } as const
  return credentials.encode(credentials.sign(key, signatureKey, whose, nowSeconds))
}

/**
 * Stores the device as registered, with the people that the account knows, if the
 * server signed its credential as well. `client.untrusted_server`.
 */
export async function finish(
  vault: Vault,
  identity: Identity,
  record: AccountRecord,
  nowSeconds: number,
): Promise<Identity> {
  checkAnswer(identity, identity.credential, nowSeconds)
  const done = { ...identity, registered: true }
  await vault.write([putIdentity(done), ...takeOver(record)])
  return done
}

/**
 * The account's newest list as the server has it, checked with the account's key.
 * `client.untrusted_server`: not signed by the account, or older than the one known.
 */
export async function newestList(
  accounts: Accounts,
  account: string,
  accountPublic: Uint8Array,
  known: DeviceList | undefined,
): Promise<DeviceList> {
  const shown = readList((await accounts.devices(account)).device_list)
  if (shown === undefined) throw untrusted("the server shows no device list")
  if (!equal(shown.accountId, idBytes(account)) || !equal(shown.accountPublic, accountPublic)) {
    throw untrusted("the server shows a device list of somebody else")
  }
  if (known !== undefined && shown.counter < known.counter) {
    throw untrusted("the server shows an older device list than is known")
  }
  return shown
}

/** The list of a record, if it holds one. */
export function listOf(record: AccountRecord): DeviceList | undefined {
  return record.deviceList.length === 0 ? undefined : readList(record.deviceList)
}

/** The identity with the list that names it, and its complete credential. */
async function publish(vault: Vault, begun: Identity, record: AccountRecord, nowSeconds: number): Promise<Identity> {
  let identity = begun
  const accounts = new Accounts(identity.origin)
  const key = accountKey(identity)
  const signatureKey = deviceKey(identity).public
  const own = { deviceId: idBytes(identity.device), signatureKey, addedAt: BigInt(nowSeconds) }
  const added = { device: identity.device, signature_pub: signatureKey, credential: identity.credential }
  for (let attempt = 0; ; attempt++) {
    const newest = await newestList(accounts, identity.account, key.public, listOf(record))
    // Named already: an earlier attempt got that far, and its list is stored.
    if (lists.find(newest, own.deviceId) === undefined) {
      const signed = lists.signNext(key, newest, [...newest.devices, own])
      identity = { ...identity, deviceList: lists.encode(signed) }
      await vault.write([putIdentity(identity)])
    }
    try {
      const request = { account: identity.account, device_list: identity.deviceList, added: [added] }
      const answer = await accounts.publishDevices(request)
      return { ...identity, credential: answer.credentials.get(identity.device) ?? new Uint8Array() }
    } catch (error) {
      const isTaken = error instanceof Refused && error.code === "conflict"
      if (!isTaken || attempt === MAX_PUBLISH_ATTEMPTS) throw error
    }
  }
}

function readList(octets: Uint8Array): DeviceList | undefined {
  try {
    const list = lists.decode(octets)
    lists.verify(list)
    return list
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

function untrusted(message: string): ClientError {
  return new ClientError("client.untrusted_server", message)
}
