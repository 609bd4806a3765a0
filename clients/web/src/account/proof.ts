/** Showing that it is the person, or this device, that asks, before what weighs most (`proof_api`). */

import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { sign } from "../e2ee/formats/ed25519"
import { Accounts } from "../protocol/accounts"
import { Refused } from "../protocol/errors"
import { PROOF_LABEL } from "../protocol/events"
import { deviceKey, type Identity } from "./identity"
import { idBytes } from "./ids"
import { usePasskey } from "./passkey"
import type { SignInSource } from "./sign-in"

/** Lets the device sign for this sign-in; it counts for five minutes. */
export async function prove(identity: Identity, token: string): Promise<void> {
  const accounts = new Accounts(identity.origin)
  const { challenge, nonce } = await accounts.challenge(identity.device)
  const ids = [identity.server, challenge, identity.device].map(idBytes)
  const signature = sign(deviceKey(identity), concatBytes(utf8ToBytes(PROOF_LABEL), ...ids, nonce))
  await accounts.prove(token, { challenge, signature })
}

/**
 * Does what needs a fresh proof; the server's refusal says which. Throws `ClientError`
 * (`passkey_unusable`), `Refused`, `NotConnected`.
 */
export async function freshly<T>(
  identity: Identity,
  source: SignInSource,
  act: (accounts: Accounts, token: string) => Promise<T>,
): Promise<T> {
  const accounts = new Accounts(identity.origin)
  const token = await source.token(false)
  try {
    return await act(accounts, token)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    if (error.code === "device_proof_required") await prove(identity, token)
    else if (error.code === "passkey_required") await verify(accounts, token)
    else throw error
  }
  return act(accounts, token)
}

async function verify(accounts: Accounts, token: string): Promise<void> {
  const { ceremony, options } = await accounts.beginPasskeyUse()
  const asked = JSON.parse(options) as PublicKeyCredentialRequestOptionsJSON
  const { credential } = await usePasskey(PublicKeyCredential.parseRequestOptionsFromJSON(asked))
  await accounts.verifyByPasskey(token, { ceremony, credential })
}
