/** Showing that it is this device that asks, before what weighs most (`proof_api`). */

import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { sign } from "../e2ee/formats/ed25519"
import { Accounts } from "../protocol/accounts"
import { PROOF_LABEL } from "../protocol/events"
import { deviceKey, type Identity } from "./identity"
import { idBytes } from "./ids"

/** Lets the device sign for this sign-in; it counts for five minutes. */
export async function prove(identity: Identity, token: string): Promise<void> {
  const accounts = new Accounts(identity.origin)
  const { challenge, nonce } = await accounts.challenge(identity.device)
  const ids = [identity.server, challenge, identity.device].map(idBytes)
  const signature = sign(deviceKey(identity), concatBytes(utf8ToBytes(PROOF_LABEL), ...ids, nonce))
  await accounts.prove(token, { challenge, signature })
}
