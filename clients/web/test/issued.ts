/** Credentials and status lists that somebody issues, for unit tests; as a server of ours signs them. */

import { gzipSync } from "node:zlib"
import { utf8ToBytes } from "@noble/hashes/utils.js"
import * as base64url from "../src/e2ee/formats/base64url"
import { didKey } from "../src/e2ee/formats/credential-proof"
import { sign, type SignatureKeyPair, signatureKeyPair } from "../src/e2ee/formats/ed25519"

export const LISTS = "https://example.org/credentials/status/0"
const INDEX = 70_001
const YEAR_SECONDS = 31_536_000

const text = (said: unknown) => base64url.encode(utf8ToBytes(JSON.stringify(said)))
const instant = (seconds: number) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z")

export interface Issuing {
  readonly did: string
  /** As `/.well-known/did.json` says it. */
  readonly document: string
  /** A credential for a key of its holder. */
  issue(holder: Uint8Array, nowSeconds: number, more?: { readonly lastsSeconds?: number }): string
  /** What is published under an address; `set`: the purpose that tells of a credential. */
  list(url: string, nowSeconds: number, set?: "revocation" | "suspension"): string
}

export function issuing(seed: number): Issuing {
  const pair = signatureKeyPair(new Uint8Array(32).fill(seed))
  const did = didKey(pair.public)
  const method = {
    ...{ id: `${did}#${did.slice("did:key:".length)}`, type: "JsonWebKey", controller: did },
    publicKeyJwk: { kty: "OKP", crv: "Ed25519", x: base64url.encode(pair.public) },
  }
  const document = JSON.stringify({ id: did, verificationMethod: [method], assertionMethod: [method.id] })
  return {
    did,
    document,
    issue: (holder, now, { lastsSeconds = YEAR_SECONDS } = {}) =>
      token(pair, method.id, credentialOf(did, didKey(holder), now - 60, now - 60 + lastsSeconds)),
    list: (url, now, set) => token(pair, method.id, listOf(did, url, now, set)),
  }
}

function token(pair: SignatureKeyPair, kid: string, body: unknown): string {
  const signed = `${text({ alg: "EdDSA", typ: "vc+jwt", kid })}.${text(body)}`
  return `${signed}.${base64url.encode(sign(pair, utf8ToBytes(signed)))}`
}

function credentialOf(issuer: string, subject: string, from: number, until: number) {
  const achievement = {
    ...{ id: "urn:mentalverse:credential:peer_mentor", name: "Peer mentor", description: "What had to be met" },
    ...{ criteria: { narrative: "What had to be met" }, achievementType: "Certification" },
  }
  const statuses = (["revocation", "suspension"] as const).map((statusPurpose) => ({
    ...{ statusPurpose, statusListIndex: String(INDEX), statusSize: 1 },
    statusListCredential: `${LISTS}/${statusPurpose}`,
  }))
  return {
    ...{ id: "urn:uuid:7b0f1f4e-3f0e-4f5e-9c55-0d5a3f8f2a11", type: ["VerifiableCredential", "OpenBadgeCredential"] },
    ...{ issuer: { id: issuer, name: "House" }, name: achievement.name },
    ...{ validFrom: instant(from), validUntil: instant(until) },
    ...{ credentialSubject: { id: subject, achievement }, credentialStatus: statuses },
    ...{ iss: issuer, sub: subject, jti: "urn:uuid:7b0f1f4e-3f0e-4f5e-9c55-0d5a3f8f2a11", nbf: from, exp: until },
  }
}

function listOf(issuer: string, url: string, now: number, set: string | undefined) {
  const purpose = url.slice(url.lastIndexOf("/") + 1)
  const bits = new Uint8Array(131_072 / 8)
  if (purpose === set) bits[Math.floor(INDEX / 8)] = 0x80 >> (INDEX % 8)
  return {
    ...{ id: url, issuer, type: ["VerifiableCredential", "BitstringStatusListCredential"] },
    ...{ validFrom: instant(now), validUntil: instant(now + 600) },
    credentialSubject: { statusPurpose: purpose, encodedList: `u${base64url.encode(gzipSync(bits))}` },
  }
}
