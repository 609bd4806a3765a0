/** Single-shot HPKE (RFC 9180) with the primitives that ts-mls uses for a suite. */

import { primitives } from "../src/e2ee/tsmls-wire"

export async function hpkeSeal(
  suite: number,
  publicKey: Uint8Array,
  info: Uint8Array,
  plaintext: Uint8Array,
): Promise<{ enc: Uint8Array; ciphertext: Uint8Array }> {
  const { hpke } = await primitives(suite)
  const { enc, ct } = await hpke.seal(await hpke.importPublicKey(publicKey), plaintext, info)
  return { enc, ciphertext: ct }
}

export async function hpkeOpen(
  suite: number,
  privateKey: Uint8Array,
  info: Uint8Array,
  enc: Uint8Array,
  ciphertext: Uint8Array,
): Promise<Uint8Array> {
  const { hpke } = await primitives(suite)
  return hpke.open(await hpke.importPrivateKey(privateKey), enc, ciphertext, info)
}

export async function deriveKeyPair(
  suite: number,
  ikm: Uint8Array,
): Promise<{ private: Uint8Array; public: Uint8Array }> {
  const { hpke } = await primitives(suite)
  const pair = await hpke.deriveKeyPair(ikm)
  return {
    private: await hpke.exportPrivateKey(pair.privateKey),
    public: await hpke.exportPublicKey(pair.publicKey),
  }
}
