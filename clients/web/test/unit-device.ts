/** A device in a store of its own, for unit tests: no server has heard of it. */

import "fake-indexeddb/auto"
import { randomBytes } from "node:crypto"
import { Device } from "../src/account/device"
import { accountKey, deviceKey, type Identity, putIdentity } from "../src/account/identity"
import { idBytes, newId } from "../src/account/ids"
import * as lists from "../src/e2ee/formats/device-list"
import { newStoreKey } from "../src/store/keyring"
import { Vault } from "../src/store/vault"

const random = (length: number) => new Uint8Array(randomBytes(length))

export async function unitDevice(now: () => number): Promise<Device> {
  const [account, device] = [newId(random), newId(random)]
  const nothing = new Uint8Array()
  const begun: Identity = {
    origin: "http://localhost",
    server: newId(random),
    asKeys: new Map(),
    logPublic: random(32),
    account,
    device,
    handle: "ada",
    inviteCode: "",
    accountPrivate: random(32),
    devicePrivate: random(32),
    credential: nothing,
    deviceList: nothing,
    registered: true,
    earlierKeys: [],
  }
  const listed = { deviceId: idBytes(device), signatureKey: deviceKey(begun).public, addedAt: 0n }
  const deviceList = lists.encode(lists.signFirst(accountKey(begun), idBytes(account), [listed]))
  const vault = await Vault.open(newId(random), (await newStoreKey()).key)
  await vault.write([putIdentity({ ...begun, deviceList })])
  return Device.open(vault, { now, random })
}
