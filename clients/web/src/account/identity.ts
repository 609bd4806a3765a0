/** Who this device is: its keys, its account, and the server that it belongs to. */

import type { AsKeys } from "../e2ee/formats/credential"
import { type SignatureKeyPair, signatureKeyPair } from "../e2ee/formats/ed25519"
import type { DeviceList } from "../e2ee/formats/device-list"
import { equal } from "../e2ee/octets"
import * as s from "../protocol/shape"
import type { Put, Vault } from "../store/vault"
import { getRecord, putRecord } from "./stored"

const SPACE = "identity"

/** A key that the account had before. */
export const EarlierKey = s.struct({
  public: s.octets,
  /** Number of the device list that handed over to the next key. */
  until: s.integer,
})
export type EarlierKey = s.Of<typeof EarlierKey>

export const Identity = s.struct({
  /** Where the server is. */
  origin: s.text,
  /** Id of the server's installation, pinned when the account began. */
  server: s.text,
  /** Keys of the authentication service by the hex of their ids; pinned, then followed. */
  asKeys: s.map(s.octets),
  /** Signs the heads of the transparency log; pinned. */
  logPublic: s.octets,
  account: s.text,
  device: s.text,
  handle: s.text,
  inviteCode: s.text,
  /** Ed25519 seeds. */
  accountPrivate: s.octets,
  devicePrivate: s.octets,
  /** Signed by the account; by the server also once `registered`. */
  credential: s.octets,
  /** The account's list of its devices with which this device began. */
  deviceList: s.octets,
  registered: s.flag,
  /** Of the account, the oldest first. */
  earlierKeys: s.absent(s.list(EarlierKey), []),
})
export type Identity = s.Of<typeof Identity>

export function loadIdentity(vault: Vault): Promise<Identity | undefined> {
  return getRecord(vault, Identity, SPACE)
}

export function putIdentity(identity: Identity): Put {
  return putRecord(SPACE, identity)
}

/** Signs this account's devices. */
export function accountKey(identity: Identity): SignatureKeyPair {
  return signatureKeyPair(identity.accountPrivate)
}

/** Signs in, and signs this device's leaves. */
export function deviceKey(identity: Identity): SignatureKeyPair {
  return signatureKeyPair(identity.devicePrivate)
}

/** Whether a list is signed with the key that the account had at its number. */
export function signsList(identity: Identity, list: DeviceList): boolean {
  const earlier = identity.earlierKeys.find(({ until }) => list.counter < until)
  return equal(list.accountPublic, earlier?.public ?? accountKey(identity).public)
}

/** The keys of the authentication service that this device accepts. */
export function asKeys(identity: Identity): AsKeys {
  return identity.asKeys
}
