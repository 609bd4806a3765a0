/** The key that the credentials of this device are issued to: it stands for nobody but itself. */

import { getRecord, putRecord } from "../account/stored"
import type { Device } from "../account/device"
import { didKey } from "../e2ee/formats/credential-proof"
import { KEY_BYTES, type SignatureKeyPair, signatureKeyPair } from "../e2ee/formats/ed25519"
import * as s from "../protocol/shape"

const SPACE = "credential_holder"
const Stored = s.struct({ seed: s.octets })

/** Made when it is asked for the first time, and the same ever after. */
export async function holderKey({ vault, random }: Pick<Device, "vault" | "random">): Promise<SignatureKeyPair> {
  const known = await getRecord(vault, Stored, SPACE)
  const seed = known?.seed ?? random(KEY_BYTES)
  if (known === undefined) await vault.write([putRecord(SPACE, { seed })])
  return signatureKeyPair(seed)
}

/** Its name, as `did:key`. */
export async function holderOf(device: Device): Promise<string> {
  return didKey((await holderKey(device)).public)
}
