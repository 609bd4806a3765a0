/**
 * Whose credentials count: those of one issuer, by the document that its server publishes
 * (`/.well-known/did.json`). A `did:key` is the key itself; a `did:web` is a host, whose
 * document lists every key that ever signed.
 */

import { base58 } from "@scure/base"
import { didKey } from "../e2ee/formats/credential-proof"
import { KEY_BYTES } from "../e2ee/formats/ed25519"
import * as base64url from "../e2ee/formats/base64url"
import * as s from "../protocol/shape"
import { CredentialFlaw } from "./errors"
import type { KeyOf } from "./jose"

const MAX_DOCUMENT_KEYS = 64
/** A key has 48 characters. */
const MAX_MULTIBASE_CHARACTERS = 64
const DID_KEY = "did:key:"
/** Ed25519 as a multikey. */
const MULTICODEC = [0xed, 0x01] as const

const Document = s.struct({
  id: s.text,
  verificationMethod: s.list(
    s.struct({ id: s.text, controller: s.text, publicKeyJwk: s.struct({ kty: s.text, crv: s.text, x: s.text }) }),
  ),
  assertionMethod: s.list(s.text),
})

export interface Issuer {
  readonly did: string
  readonly keyOf: KeyOf
}

/** The issuer of a document. Throws `CredentialFlaw`: not one, or with keys of others. */
export function issuerOf(document: string): Issuer {
  const { id: did, verificationMethod, assertionMethod } = read(document)
  if (
    verificationMethod.length > MAX_DOCUMENT_KEYS ||
    verificationMethod.some(({ controller }) => controller !== did)
  ) {
    throw new CredentialFlaw("malformed_credential", "the document lists keys of others, or too many")
  }
  const signing = verificationMethod.filter(({ id }) => assertionMethod.includes(id))
  const keys = new Map(signing.map(({ id, publicKeyJwk }) => [id, keyOfJwk(publicKeyJwk)]))
  const keyOf = (keyId: string) => {
    const [name = ""] = keyId.split("#")
    if (name.startsWith(DID_KEY)) return keyId === keyIdOf(name) ? keyOfDid(name) : undefined
    if (name !== did) throw new CredentialFlaw("malformed_credential", "signed in the name of another server")
    return keys.get(keyId)
  }
  return { did, keyOf }
}

/** The key that a `did:key` is. Throws `CredentialFlaw`: another kind of name or key. */
export function keyOfDid(did: string): Uint8Array {
  const multibase = did.slice(DID_KEY.length)
  if (multibase.length <= MAX_MULTIBASE_CHARACTERS) {
    try {
      const key = base58.decode(multibase.slice(1)).slice(MULTICODEC.length)
      // In its one spelling, of this kind and length.
      if (key.length === KEY_BYTES && didKey(key) === did) return key
    } catch {
      // Below: what is wrong with it is no matter.
    }
  }
  throw new CredentialFlaw("malformed_credential", "not a did:key of Ed25519")
}

const keyIdOf = (did: string) => `${did}#${did.slice(DID_KEY.length)}`

function keyOfJwk({ kty, crv, x }: { readonly kty: string; readonly crv: string; readonly x: string }) {
  return kty === "OKP" && crv === "Ed25519" ? base64url.decode(x) : undefined
}

function read(document: string): s.Of<typeof Document> {
  try {
    return Document.read(JSON.parse(document), "document")
  } catch {
    throw new CredentialFlaw("malformed_credential", "not a DID document")
  }
}
