/**
 * A passkey as a key: the same 32 octets from the authenticator each time, after it has
 * asked for the person (WebAuthn Level 3 §10.1.4, the `prf` extension). The server knows
 * nothing of it; it signs nobody in.
 */

import type { Rng } from "../e2ee/formats/requests"
import { ClientError } from "./errors"

const EDDSA = -8
const ES256 = -7
const RS256 = -257
const TIMEOUT_MS = 120_000

type Octets = Uint8Array<ArrayBuffer>

export interface Passkey {
  /** Which one, in base64url. */
  readonly id: string
  /** 32 octets. */
  readonly secret: Octets
}

/** Whether this browser can make passkeys; whether they can be keys, making one shows. */
export function passkeysExist(): boolean {
  return "PublicKeyCredential" in globalThis
}

/**
 * Makes a passkey; `salt` is what its octets are asked for by, then and later.
 * `client.passkey_unusable`: the person or the authenticator said no, or it gives no key.
 */
export async function makePasskey(name: string, salt: Octets, random: Rng): Promise<Passkey> {
  const publicKey: PublicKeyCredentialCreationOptions = {
    challenge: random(32).slice(),
    rp: { name: "MentalVerse" },
    user: { id: random(16).slice(), name, displayName: name },
    pubKeyCredParams: [EDDSA, ES256, RS256].map((alg) => ({ type: "public-key", alg })),
    authenticatorSelection: { userVerification: "required" },
    timeout: TIMEOUT_MS,
    extensions: { prf: { eval: { first: salt } } },
  }
  const made = await asked(() => navigator.credentials.create({ publicKey }))
  // Many authenticators give the octets only when they are asked again.
  return passkeyOf(made) ?? usePasskey(made.id, salt, random)
}

/** The octets of a passkey that was made before. `client.passkey_unusable`. */
export async function usePasskey(id: string, salt: Octets, random: Rng): Promise<Passkey> {
  const publicKey: PublicKeyCredentialRequestOptions = {
    challenge: random(32).slice(),
    allowCredentials: [{ type: "public-key", id: fromBase64url(id) }],
    userVerification: "required",
    timeout: TIMEOUT_MS,
    extensions: { prf: { eval: { first: salt } } },
  }
  const found = passkeyOf(await asked(() => navigator.credentials.get({ publicKey })))
  if (found === undefined) throw unusable("it gives no key")
  return found
}

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await ask()
    if (credential instanceof PublicKeyCredential) return credential
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
  }
  throw unusable("nobody confirmed it")
}

function passkeyOf(credential: PublicKeyCredential): Passkey | undefined {
  const first = credential.getClientExtensionResults().prf?.results?.first
  if (first === undefined) return undefined
  const secret = ArrayBuffer.isView(first) ? new Uint8Array(first.buffer) : new Uint8Array(first)
  return { id: credential.id, secret: secret.slice() }
}

function fromBase64url(text: string): Octets {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"))
  return Uint8Array.from(plain, (character) => character.charCodeAt(0))
}

function unusable(message: string): ClientError {
  return new ClientError("client.passkey_unusable", message)
}
