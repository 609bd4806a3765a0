/** The key that the credentials of this device are issued to, as `did:key`. */

import { base58 } from "@scure/base"
import { getRecord, putRecord } from "../account/stored"
import type { Device } from "../account/device"
import { KEY_BYTES, signatureKeyPair } from "../e2ee/formats/ed25519"
import * as s from "../protocol/shape"

const SPACE = "credential_holder"
const Stored = s.struct({ seed: s.octets })
/** Ed25519 public keys (multicodec 0xed, as a varint). */
const ED25519 = [0xed, 0x01]

/** Made when it is asked for the first time, and the same ever after. */
export async function holderOf({ vault, random }: Device): Promise<string> {
  const known = await getRecord(vault, Stored, SPACE)
  const seed = known?.seed ?? random(KEY_BYTES)
  if (known === undefined) await vault.write([putRecord(SPACE, { seed })])
  return didKey(signatureKeyPair(seed).public)
}

/** The `did:key` of an Ed25519 key: multibase base58btc of its multicodec. */
export function didKey(key: Uint8Array): string {
  return `did:key:z${base58.encode(Uint8Array.from([...ED25519, ...key]))}`
}
