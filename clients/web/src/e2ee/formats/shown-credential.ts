/**
 * Bodies by which a credential is asked for and shown, between members alone.
 *
 * | `t`              | `b`                                                       |
 * |------------------|-----------------------------------------------------------|
 * | credential.ask   | `nonce`: 32 octets that were never used before            |
 * | credential.shown | `nonce`, `jwt` (the credential), `sig` (of its holder)    |
 *
 * `sig` is a JWS over what only this member can say in this epoch, with the nonce; see
 * `credential-proof.ts`. Here both are text that fits a message.
 */

import * as base64url from "./base64url"
import type { Kept, Written } from "./carried"
import type { Members } from "./ijson"

export const NONCE_BYTES = 32
/** Of the exporter that members make it with; its context is the nonce. */
export const EXPORTER_LABEL = "MentalVerse credential v1"
export const EXPORTED_BYTES = 32
export const MAX_JWT_CHARACTERS = 16_384
export const MAX_SIG_CHARACTERS = 1_024

/** Somebody wants to see a credential, here and now. */
export interface CredentialAsk extends Kept {
  readonly type: "credential.ask"
  /** 32 octets. */
  readonly nonce: Uint8Array
}

/** The answer to a `CredentialAsk`. */
export interface CredentialShown extends Kept {
  readonly type: "credential.shown"
  readonly nonce: Uint8Array
  readonly jwt: string
  readonly sig: string
}

/** The members of a body, without those that were kept. */
export function written(body: CredentialAsk | CredentialShown): Written {
  const nonce = base64url.encode(body.nonce)
  return body.type === "credential.ask" ? { nonce } : { nonce, jwt: body.jwt, sig: body.sig }
}

export function readCredentialAsk(body: Members): CredentialAsk {
  return { type: "credential.ask", nonce: body.octets("nonce", NONCE_BYTES), extra: body.rest() }
}

/** Nothing in it is verified here. */
export function readCredentialShown(body: Members): CredentialShown {
  return {
    type: "credential.shown",
    nonce: body.octets("nonce", NONCE_BYTES),
    jwt: body.text("jwt", MAX_JWT_CHARACTERS),
    sig: body.text("sig", MAX_SIG_CHARACTERS),
    extra: body.rest(),
  }
}
