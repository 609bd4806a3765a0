/**
 * What issuers sign, as compact JWS (RFC 7515), by Ed25519 alone: the issuer of a server of
 * ours has no other key. Which algorithm fits is a matter of the key, and keys that stand in
 * a token, or are named there by an address, are not looked at.
 */

import { utf8ToBytes } from "@noble/hashes/utils.js"
import * as base64url from "../e2ee/formats/base64url"
import { verifies } from "../e2ee/formats/ed25519"
import { FormatError } from "../e2ee/formats/errors"
import * as s from "../protocol/shape"
import { CredentialFlaw } from "./errors"

/** Of credentials and status lists. */
export const MEDIA_TYPE = "vc+jwt"

/** The public key of a key id, where it is known; may throw `CredentialFlaw`. */
export type KeyOf = (keyId: string) => Uint8Array | undefined

const Header = s.struct({ alg: s.text, typ: s.text, kid: s.text, crit: s.absent(s.list(s.text), []) })

export interface Signed<T> {
  readonly body: T
  readonly keyId: string
}

/** What was signed, in its shape. Throws `CredentialFlaw`. */
export function verifyToken<T>(token: string, keyOf: KeyOf, shape: s.Shape<T>): Signed<T> {
  const [head = "", body = "", tail = "", ...rest] = token.split(".")
  if (rest.length > 0) throw new CredentialFlaw("malformed_credential", "not a signed token")
  const { alg, typ, kid, crit } = jsonOf(head, Header)
  const signature = octetsOf(tail)
  if (typ !== MEDIA_TYPE || crit.length > 0) throw new CredentialFlaw("malformed_credential", "a token of another kind")
  const key = keyOf(kid)
  // RFC 9864 calls `EdDSA` by the name of its curve.
  if (key === undefined || alg === "ES256") throw new CredentialFlaw("unknown_key", "signed by a key that is not known")
  const isOurs = (alg === "EdDSA" || alg === "Ed25519") && verifies(key, utf8ToBytes(`${head}.${body}`), signature)
  if (!isOurs) throw new CredentialFlaw("wrong_signature", "the signature does not fit")
  return { body: jsonOf(body, shape), keyId: kid }
}

/** What a token says, by whomever it was signed. Throws `CredentialFlaw`. */
export function readUnverified<T>(token: string, shape: s.Shape<T>): T {
  return jsonOf(token.split(".")[1] ?? "", shape)
}

function jsonOf<T>(text: string, shape: s.Shape<T>): T {
  try {
    return shape.read(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(octetsOf(text))), "token")
  } catch (error) {
    if (error instanceof CredentialFlaw) throw error
    throw new CredentialFlaw("malformed_credential", "not a signed token of this kind")
  }
}

function octetsOf(text: string): Uint8Array {
  try {
    return base64url.decode(text)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw new CredentialFlaw("malformed_credential", "not base64url")
  }
}
