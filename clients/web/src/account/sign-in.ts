/** Sign-in tokens: kept while they last, fetched anew when they do not. */

import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { sign } from "../e2ee/formats/ed25519"
import { Accounts } from "../protocol/accounts"
import { type Challenge, SIGN_IN_LABEL, type SignedIn } from "../protocol/events"
import * as s from "../protocol/shape"
import type { Put, Vault } from "../store/vault"
import type { Device } from "./device"
import { deviceKey, type Identity } from "./identity"
import { idBytes } from "./ids"
import { getRecord, putRecord } from "./stored"

/** A token with less than a day left is not used for another connection. */
const RENEW_BEFORE_MS = 24 * 60 * 60 * 1000
const SPACE = "sign_in"

const StoredSignIn = s.struct({ token: s.text, expiresAtMs: s.integer })

/** What is stored of a sign-in; undefined if there is none. */
export function loadSignIn(vault: Vault): Promise<s.Of<typeof StoredSignIn> | undefined> {
  return getRecord(vault, StoredSignIn, SPACE)
}

export function putSignIn(signIn: s.Of<typeof StoredSignIn>): Put {
  return putRecord(SPACE, signIn)
}

export class SignInSource {
  constructor(private readonly device: Device) {}

  /**
   * A token; `fresh` when the last one was refused. Throws `NotConnected`, or `Refused`
   * (`unauthorised`) when the server does not know this device, or not any more.
   */
  readonly token = async (fresh: boolean): Promise<string> => {
    const { vault, identity } = this.device
    const stored = await loadSignIn(vault)
    if (!fresh && stored !== undefined && stored.expiresAtMs - this.device.now() > RENEW_BEFORE_MS) return stored.token
    const signed = await signIn(identity)
    await vault.write([putSignIn({ token: signed.token, expiresAtMs: signed.expires_at })])
    return signed.token
  }

  /** Ends the sign-in on the server and here; the device can sign in again. */
  async end(): Promise<void> {
    const stored = await loadSignIn(this.device.vault)
    if (stored === undefined) return
    await new Accounts(this.device.identity.origin).signOut(stored.token)
    await this.device.vault.write([{ space: SPACE, value: undefined }])
  }
}

/** Answers a challenge with the device's key. */
async function signIn(identity: Identity): Promise<SignedIn> {
  const accounts = new Accounts(identity.origin)
  const challenge = await accounts.challenge(identity.device)
  const signature = sign(deviceKey(identity), signedText(identity, challenge))
  return accounts.signIn({ challenge: challenge.challenge, signature })
}

/** label ‖ server ‖ challenge ‖ device ‖ nonce: good for this server and this device only. */
function signedText(identity: Identity, challenge: Challenge): Uint8Array {
  const ids = [identity.server, challenge.challenge, identity.device].map(idBytes)
  return concatBytes(utf8ToBytes(SIGN_IN_LABEL), ...ids, challenge.nonce)
}
