/**
 * An account by an invitation. It can be repeated after a crash or a refusal: keys and
 * ids are stored before the server hears of them, and the same request gives the same
 * answer.
 */

import * as credentials from "../e2ee/formats/credential"
import type { DeviceKind } from "../e2ee/formats/credential"
import * as lists from "../e2ee/formats/device-list"
import { FormatError } from "../e2ee/formats/errors"
import type { Rng } from "../e2ee/formats/requests"
import { Accounts } from "../protocol/accounts"
import { type InviteRedeem, PROTOCOL_VERSION, type ServerInfo } from "../protocol/events"
import type { Vault } from "../store/vault"
import { ClientError } from "./errors"
import { accountKey, asKeys, deviceKey, type Identity, loadIdentity, putIdentity } from "./identity"
import { idBytes, newId } from "./ids"

export interface Registration {
  readonly origin: string
  /** Of the invitation. */
  readonly code: string
  readonly handle: string
}

/**
 * Makes keys in the vault and an account for them on the server. Throws `ClientError`
 * (`profile_exists`, `untrusted_server`), `Refused` when the invitation or the handle is
 * not accepted, `NotConnected`.
 */
export async function register(
  vault: Vault,
  wanted: Registration,
  nowMs: () => number,
  random: Rng,
): Promise<Identity> {
  const begun = await loadIdentity(vault)
  if (begun?.registered === true) throw new ClientError("client.profile_exists", "an account lives in this browser")
  const info = await serverInfo(wanted.origin)
  const fresh = () => firstIdentity(info, wanted.origin, "member", Math.floor(nowMs() / 1000), random)
  const keys = begun === undefined ? fresh() : sameServer(begun, info)
  const identity = { ...keys, origin: wanted.origin, inviteCode: wanted.code, handle: wanted.handle }
  await vault.write([putIdentity(identity)])
  const answer = await new Accounts(wanted.origin).redeem(requestOf(identity))
  checkAnswer(identity, answer.credential, Math.floor(nowMs() / 1000))
  const done = { ...identity, credential: answer.credential, registered: true }
  await vault.write([putIdentity(done)])
  return done
}

/** What the server says of itself. `client.untrusted_server`: another protocol version. */
export async function serverInfo(origin: string): Promise<ServerInfo> {
  const info = await new Accounts(origin).server()
  if (info.protocol === PROTOCOL_VERSION) return info
  throw new ClientError("client.untrusted_server", "the server speaks another protocol version")
}

/** The server must have signed what was asked, with a key that is accepted. `client.untrusted_server`. */
export function checkAnswer(identity: Identity, credential: Uint8Array, nowSeconds: number): void {
  try {
    const signed = credentials.decode(credential)
    credentials.checkSuccessor(credentials.decode(identity.credential), signed)
    credentials.verify(signed, deviceKey(identity).public, asKeys(identity), nowSeconds)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw new ClientError("client.untrusted_server", "the server's signature is not acceptable")
  }
}

/** New keys and ids, and the account's signature on its first device. */
export function firstIdentity(
  info: ServerInfo,
  origin: string,
  kind: DeviceKind,
  nowSeconds: number,
  random: Rng,
): Identity {
  const [account, device] = [newId(random), newId(random)]
  const begun = {
    origin,
    server: info.server,
    asKeys: info.as_keys,
    logPublic: info.log_pub,
    account,
    device,
    handle: "",
    inviteCode: "",
    accountPrivate: random(32),
    devicePrivate: random(32),
    credential: new Uint8Array(),
    deviceList: new Uint8Array(),
    registered: false,
    earlierKeys: [],
  }
  const key = accountKey(begun)
  const signatureKey = deviceKey(begun).public
  const whose = { kind, accountId: idBytes(account), deviceId: idBytes(device) } as const
  const listed = { deviceId: whose.deviceId, signatureKey, addedAt: BigInt(nowSeconds) }
  return {
    ...begun,
    credential: credentials.encode(credentials.sign(key, signatureKey, whose, nowSeconds)),
    deviceList: lists.encode(lists.signFirst(key, whose.accountId, [listed])),
  }
}

/** The keys and ids of an unfinished attempt, for another one. `client.untrusted_server`. */
export function sameServer(begun: Identity, info: ServerInfo): Identity {
  if (begun.server === info.server) return begun
  throw new ClientError("client.untrusted_server", "this registration began with another server")
}

function requestOf(identity: Identity): InviteRedeem {
  return {
    code: identity.inviteCode,
    handle: identity.handle,
    account: identity.account,
    account_pub: accountKey(identity).public,
    device: identity.device,
    signature_pub: deviceKey(identity).public,
    credential: identity.credential,
    device_list: identity.deviceList,
  }
}
