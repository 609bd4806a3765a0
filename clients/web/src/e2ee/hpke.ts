/**
 * Single-shot HPKE in base mode (RFC 9180 §6.1), with the KEM, HKDF-SHA256 and the AEAD of
 * an MLS suite: what a grant and a report are sealed with.
 *
 * The randomness of an encapsulation is the platform's; that of a key pair is the caller's.
 */

import { KEY_BYTES } from "./formats/ed25519"
import { type Reader, Writer } from "./formats/codec"
import { FormatError } from "./formats/errors"
import type { Rng } from "./formats/requests"
import { suiteName } from "./suites"
import { primitives } from "./tsmls-wire"

export interface HpkeKeyPair {
  /** 32 octets with every KEM of ours. */
  readonly private: Uint8Array
  readonly public: Uint8Array
}

/** `HPKECiphertext` (RFC 9420 §7.6). */
export interface HpkeCiphertext {
  readonly kemOutput: Uint8Array
  readonly ciphertext: Uint8Array
}

/** `DeriveKeyPair` (RFC 9180 §7.1.3) of the suite's KEM. */
export async function deriveKeyPair(suite: number, ikm: Uint8Array): Promise<HpkeKeyPair> {
  const { hpke } = await primitives(suite)
  const pair = await hpke.deriveKeyPair(ikm)
  return {
    private: await hpke.exportPrivateKey(pair.privateKey),
    public: await hpke.exportPublicKey(pair.publicKey),
  }
}

/** A fresh key pair. */
export function generateKeyPair(suite: number, rng: Rng): Promise<HpkeKeyPair> {
  return deriveKeyPair(suite, rng(KEY_BYTES))
}

/** Seal to a public key; `mls.decrypt` when nothing can be sealed to it. */
export async function seal(
  suite: number,
  publicKey: Uint8Array,
  info: Uint8Array,
  additional: Uint8Array,
  plaintext: Uint8Array,
): Promise<HpkeCiphertext> {
  const { hpke } = await primitives(suite)
  try {
    const { enc, ct } = await hpke.seal(await hpke.importPublicKey(publicKey), plaintext, info, additional)
    return { kemOutput: enc, ciphertext: ct }
  } catch {
    throw new FormatError("mls.decrypt", "nothing can be sealed to this key")
  }
}

/** Open with a private key; `mls.decrypt`. */
export async function open(
  suite: number,
  privateKey: Uint8Array,
  info: Uint8Array,
  additional: Uint8Array,
  sealed: HpkeCiphertext,
): Promise<Uint8Array> {
  const { hpke } = await primitives(suite)
  try {
    const key = await hpke.importPrivateKey(privateKey)
    return await hpke.open(key, sealed.kemOutput, sealed.ciphertext, info, additional)
  } catch {
    throw new FormatError("mls.decrypt", "ciphertext does not open")
  }
}

/** `HPKECiphertext` on the wire. */
export function encodeCiphertext({ kemOutput, ciphertext }: HpkeCiphertext): Uint8Array {
  return new Writer().opaque(kemOutput).opaque(ciphertext).octets()
}

/** `HPKECiphertext` from the wire. */
export function readCiphertext(reader: Reader): HpkeCiphertext {
  return { kemOutput: reader.opaque(), ciphertext: reader.opaque() }
}

/** A suite from its two octets on the wire; `mls.unsupported` when it is not one of ours. */
export function readSuite(reader: Reader): number {
  const suite = reader.u16()
  if (suiteName(suite) === undefined) throw new FormatError("mls.unsupported", "cipher suite is not supported")
  return suite
}
