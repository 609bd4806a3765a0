/**
 * Adding a device by an invitation that it shows and a code that a person types.
 *
 * What is said, and against whom it stands, is told in `e2ee/formats/pairing.ts`. Here is
 * the end of the new device, which has a browser and nothing else; the old one's is in
 * `devices.ts`.
 *
 *     new device                          old device
 *     shows the invitation
 *     slot 0  offer            ───▶
 *                              ◀───       slot 1  answer
 *     slot 2  reveal           ───▶
 *     shows six digits                    asks for them
 *                                         publishes list and credential
 *     asks whether they matched  ◀───     slot 3  grant
 */

import * as lists from "../e2ee/formats/device-list"
import { signatureKeyPair } from "../e2ee/formats/ed25519"
import { FormatError } from "../e2ee/formats/errors"
import * as pairing from "../e2ee/formats/pairing"
import { invitationText, type PairingGrant } from "../e2ee/formats/pairing-messages"
import type { Rng } from "../e2ee/formats/requests"
import { Accounts } from "../protocol/accounts"
import { Refused } from "../protocol/errors"
import type { Vault } from "../store/vault"
import { type DeviceKeys, finish, freshKeys, newestList, newIdentity, listOf } from "./enrol"
import { ClientError } from "./errors"
import { type Identity, loadIdentity } from "./identity"
import { idBytes, idText } from "./ids"
import { ANSWER, GRANT, Mailbox, OFFER, REVEAL } from "./mailbox"
import { serverInfo } from "./register"

/** The person at the new device. */
export interface Dialogue {
  /** Shows what the old device has to scan, or be given as text. */
  showInvitation(text: string): void
  /** Shows the six digits that have to be typed into the old device. */
  showCode(code: string): void
  /** Whether the old device says that the digits matched: the person looks at it. */
  wasAccepted(): Promise<boolean>
}

/**
 * Makes this browser another device of an account, by one that it has. Throws
 * `ClientError`: `pairing_failed` (begin again; nothing was taken over),
 * `profile_exists`, `untrusted_server`; `Refused`, `NotConnected`.
 */
export async function pairNewDevice(
  vault: Vault,
  origin: string,
  dialogue: Dialogue,
  { nowMs, random, signal }: { nowMs: () => number; random: Rng; signal: AbortSignal },
): Promise<Identity> {
  if ((await loadIdentity(vault)) !== undefined) {
    throw new ClientError("client.profile_exists", "there is a device in this browser")
  }
  const info = await serverInfo(origin)
  const keys = freshKeys(random)
  const grant = await oneCause(() => receive(origin, keys, dialogue, random, signal))
  const nowSeconds = Math.floor(nowMs() / 1000)
  const identity = newIdentity(grant.record, info, origin, keys, nowSeconds)
  const accountPublic = signatureKeyPair(grant.record.accountPrivate).public
  const newest = await newestList(new Accounts(origin), identity.account, accountPublic, listOf(grant.record))
  if (lists.find(newest, idBytes(keys.device)) === undefined) {
    throw new ClientError("client.pairing_failed", "the account's device list does not name this device")
  }
  // Only here: a pairing that came to nothing leaves nothing behind.
  const granted = { ...identity, credential: grant.credential, deviceList: lists.encode(newest) }
  return finish(vault, granted, grant.record, nowSeconds)
}

/** The new device's part, until it holds the grant. */
async function receive(
  origin: string,
  keys: DeviceKeys,
  dialogue: Dialogue,
  random: Rng,
  signal: AbortSignal,
): Promise<PairingGrant> {
  const own = await pairing.invite(idBytes(keys.device), signatureKeyPair(keys.private).public, random)
  const mailbox = new Mailbox(origin, idText(own.invitation.mailbox), signal)
  await mailbox.put(OFFER, own.message)
  dialogue.showInvitation(invitationText(own.invitation))
  const compared = pairing.reveal(own, await mailbox.get(ANSWER))
  await mailbox.put(REVEAL, compared.message)
  dialogue.showCode(compared.code)
  const sealed = await mailbox.get(GRANT)
  // Somebody who saw the invitation could have answered: only the person knows whether it
  // was the other device that took the code.
  if (!(await dialogue.wasAccepted())) {
    throw new ClientError("client.pairing_failed", "stopped: the other device did not take the code")
  }
  return pairing.openGrant(compared, sealed)
}

/** What can go wrong between two devices, as `client.pairing_failed`. */
export async function oneCause<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Refused && error.code === "conflict") {
      throw new ClientError("client.pairing_failed", "somebody else has used this invitation: make a new one")
    }
    if (error instanceof FormatError) {
      throw new ClientError("client.pairing_failed", `${error.message}; begin again on both devices`)
    }
    throw error
  }
}
