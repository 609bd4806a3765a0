/**
 * A passkey as a key: the same 32 octets from the authenticator each time, after it has
 * asked for the person (WebAuthn Level 3 §10.1.4, the `prf` extension).
 *
 * An account has one passkey for all that it is good for. It is made in a ceremony of the
 * server, which knows its public half (`own-passkey.ts`). Its octets seal the store of a
 * browser and a slot of the backup, each through HKDF under labels of its own; they never
 * leave the page: what the server is told of a credential holds no results of extensions.
 */

import type { Rng } from "../e2ee/formats/requests"
import { ClientError } from "./errors"

const TIMEOUT_MS = 120_000
/** What the octets are asked for by, in every browser: a new one knows nothing else. */
const PRF_INPUT = new TextEncoder().encode("mv-device-store-v1")
const EXTENSIONS = { prf: { eval: { first: PRF_INPUT } } }

type Octets = Uint8Array<ArrayBuffer>

export interface Passkey {
  /** Which one, in base64url. */
  readonly id: string
  /** 32 octets. */
  readonly secret: Octets
  /** The credential as JSON for the server, without the secret. */
  readonly credential: string
}

/** Whether this browser can make passkeys; whether they can be keys, making one shows. */
export function passkeysExist(): boolean {
  return "PublicKeyCredential" in globalThis
}

/**
 * Makes a passkey as a server or a test asks for it. `client.passkey_unusable`: the person
 * or the authenticator said no, or it gives no key.
 */
export async function makePasskey(publicKey: PublicKeyCredentialCreationOptions, random: Rng): Promise<Passkey> {
  const made = await asked(() => navigator.credentials.create({ publicKey: { ...publicKey, extensions: EXTENSIONS } }))
  // Many authenticators give the octets only when they are asked again.
  const secret = secretOf(made) ?? (await usePasskey(anyOf([made.id], random))).secret
  return { id: made.id, secret, credential: told(made) }
}

/** A passkey that was made before. `client.passkey_unusable`. */
export async function usePasskey(publicKey: PublicKeyCredentialRequestOptions): Promise<Passkey> {
  const used = await asked(() => navigator.credentials.get({ publicKey: { ...publicKey, extensions: EXTENSIONS } }))
  const secret = secretOf(used)
  if (secret === undefined) throw unusable("it gives no key")
  return { id: used.id, secret, credential: told(used) }
}

/** To ask for the octets of one of these alone: nobody but this page checks the answer. */
export function anyOf(ids: readonly string[], random: Rng): PublicKeyCredentialRequestOptions {
  return {
    challenge: random(32).slice(),
    allowCredentials: ids.map((id) => ({ type: "public-key", id: fromBase64url(id) })),
    userVerification: "required",
    timeout: TIMEOUT_MS,
  }
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

function secretOf(credential: PublicKeyCredential): Octets | undefined {
  const first = credential.getClientExtensionResults().prf?.results?.first
  if (first === undefined) return undefined
  const secret = ArrayBuffer.isView(first) ? new Uint8Array(first.buffer) : new Uint8Array(first)
  return secret.slice()
}

function told(credential: PublicKeyCredential): string {
  return JSON.stringify({ ...(credential.toJSON() as object), clientExtensionResults: {} })
}

function fromBase64url(text: string): Octets {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"))
  return Uint8Array.from(plain, (character) => character.charCodeAt(0))
}

function unusable(message: string): ClientError {
  return new ClientError("client.passkey_unusable", message)
}
