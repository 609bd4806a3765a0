/**
 * Five words that bring a guest back to its place, in another tab or on another device.
 *
 * They open the account's key, which signs the account's next list: it names a new device
 * alone. The one before is out, members see the new one and let it in. What was said went
 * with the keys of the device before.
 */

import * as credentials from "../e2ee/formats/credential"
import type { DeviceList } from "../e2ee/formats/device-list"
import * as lists from "../e2ee/formats/device-list"
import type { Stretch } from "../e2ee/formats/argon2"
import { signatureKeyPair } from "../e2ee/formats/ed25519"
import { FormatError } from "../e2ee/formats/errors"
import {
  deriveResume,
  newResumeWords,
  openPlace,
  type Place,
  type ResumeKeys,
  sealPlace,
} from "../e2ee/formats/resume-words"
import { equal } from "../e2ee/octets"
import { Accounts } from "../protocol/accounts"
import type { GuestPlace, ServerInfo } from "../protocol/events"
import { SessionVault } from "../store/session-vault"
import { freshKeys, type DeviceKeys } from "./enrol"
import { ClientError } from "./errors"
import { type Guest, type GuestChances, settle, strong } from "./guest"
import { type Identity, loadIdentity } from "./identity"
import { idBytes, idText } from "./ids"
import { serverInfo } from "./register"
import { SignInSource } from "./sign-in"

/**
 * Five words for this guest, to be shown once; those of before find nothing any more.
 * Throws `NotConnected`, `Refused`: nothing was kept, ask again.
 */
export async function newWords({ device }: Guest, stretch: Stretch): Promise<string[]> {
  const { identity, random } = device
  const words = await newResumeWords(random)
  const keys = await deriveResume(words.join(" "), idBytes(identity.server), stretch)
  const place = { accountId: idBytes(identity.account), accountPrivate: identity.accountPrivate }
  const token = await new SignInSource(device).token(false)
  const sealed = sealPlace(keys, place, random)
  await new Accounts(identity.origin).keepPlace(token, { lookup: keys.lookup, sealed })
  return words
}

/**
 * The guest of five words, with this tab as its new device. Throws `FormatError`
 * (`words.…`: not five words of the list), `Refused` (`not_found`: they find no place, and
 * a new guest can begin), `ClientError` (`profile_exists`: the tab has a guest;
 * `untrusted_server`), `NotConnected`, `StoreFull`.
 */
export async function returnGuest(typed: string, stretch: Stretch, chances: GuestChances = {}): Promise<Guest> {
  if ((await loadIdentity(SessionVault.open(true))) !== undefined) {
    throw new ClientError("client.profile_exists", "a guest is in this tab")
  }
  const { origin = location.origin, now = Date.now, random = strong } = chances
  const info = await serverInfo(origin)
  const keys = await deriveResume(typed, idBytes(info.server), stretch)
  const found = await new Accounts(origin).findPlace({ lookup: keys.lookup })
  const place = opened(keys, found)
  const identity = newIdentity(info, origin, place, found, freshKeys(random), Math.floor(now() / 1000))
  return settle(identity, chances)
}

function newIdentity(
  info: ServerInfo,
  origin: string,
  { accountId, accountPrivate }: Place,
  found: GuestPlace,
  keys: DeviceKeys,
  nowSeconds: number,
): Identity {
  const key = signatureKeyPair(accountPrivate)
  const signatureKey = signatureKeyPair(keys.private).public
  const whose = { kind: "guest", accountId, deviceId: idBytes(keys.device) } as const
  const own = { deviceId: whose.deviceId, signatureKey, addedAt: BigInt(nowSeconds) }
  return {
    origin,
    server: info.server,
    asKeys: info.as_keys,
    logPublic: info.log_pub,
    account: found.account,
    device: keys.device,
    handle: "",
    inviteCode: "",
    accountPrivate,
    devicePrivate: keys.private,
    credential: credentials.encode(credentials.sign(key, signatureKey, whose, nowSeconds)),
    deviceList: lists.encode(lists.signNext(key, newest(found, key.public), [own])),
    registered: false,
    earlierKeys: [],
  }
}

function opened(keys: ResumeKeys, found: GuestPlace): Place {
  const place = trusted(() => openPlace(keys, found.sealed), "a place that the words do not open")
  if (idText(place.accountId) !== found.account) throw untrusted("a place of somebody else")
  return place
}

/** The guest's newest list, which only its own key can have signed. */
function newest(found: GuestPlace, accountPublic: Uint8Array): DeviceList {
  const list = trusted(() => {
    const shown = lists.decode(found.device_list)
    lists.verify(shown)
    return shown
  }, "no device list")
  const isOwn = equal(list.accountId, idBytes(found.account)) && equal(list.accountPublic, accountPublic)
  if (!isOwn) throw untrusted("a device list of somebody else")
  return list
}

function trusted<T>(read: () => T, otherwise: string): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof FormatError) throw untrusted(otherwise)
    throw error
  }
}

function untrusted(what: string): ClientError {
  return new ClientError("client.untrusted_server", `the server shows ${what}`)
}
