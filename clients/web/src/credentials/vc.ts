/**
 * A credential as its holder carries it: W3C Verifiable Credentials 2.0 as a JWT, in the
 * shape of Open Badges 3.0. The twin of `mentalverse_modules.credentials.vc`, to verify
 * alone. Nothing is asked of a network: keys and status lists are passed in.
 */

import * as s from "../protocol/shape"
import { CredentialFlaw } from "./errors"
import { type KeyOf, readUnverified, type Signed, verifyToken } from "./jose"
import { isSet, type StatusList } from "./status-list"
import { seconds } from "./times"

const CODE_PREFIX = "urn:mentalverse:credential:"
const MAX_TOKEN_CHARACTERS = 16_384
const TYPES = ["VerifiableCredential", "OpenBadgeCredential"] as const
const INDEX = /^[0-9]{1,8}$/

const StatusEntry = s.struct({
  statusPurpose: s.text,
  /** A decimal number, as the specification wants it. */
  statusListIndex: s.text,
  /** Address of the list, and its name. */
  statusListCredential: s.text,
  statusSize: s.absent(s.integer, 1),
})
export type StatusEntry = s.Of<typeof StatusEntry>

const Body = s.struct({
  id: s.text,
  type: s.list(s.text),
  issuer: s.struct({ id: s.text, name: s.text }),
  name: s.text,
  validFrom: s.text,
  validUntil: s.text,
  credentialSubject: s.struct({
    id: s.text,
    achievement: s.struct({
      id: s.text,
      name: s.text,
      description: s.text,
      criteria: s.struct({ narrative: s.text }),
      achievementType: s.oneOf("Certification", "License", "MicroCredential"),
    }),
  }),
  credentialStatus: s.list(StatusEntry),
  iss: s.text,
  sub: s.text,
  jti: s.text,
  nbf: s.integer,
  exp: s.integer,
})
const Subject = s.struct({ sub: s.text })

export interface Credential {
  readonly issuer: string
  readonly issuerName: string
  /** `did:key` of the holder. */
  readonly subject: string
  /** What it is for, such as `peer_mentor`. */
  readonly code: string
  /** In the words of the issuer. */
  readonly name: string
  /** Unix seconds; so is `validUntil`. */
  readonly validFrom: number
  readonly validUntil: number
  readonly statuses: readonly StatusEntry[]
}

/** A credential that its issuer signed, whether it holds or not. Throws `CredentialFlaw`. */
export function readSigned(token: string, keyOf: KeyOf): Credential {
  if (token.length > MAX_TOKEN_CHARACTERS) throw malformed("longer than any credential")
  return credentialOf(verifyToken(token, keyOf, Body))
}

/** Where its issuer says whether it holds: the status lists to fetch. */
export function listsOf({ statuses }: Credential): readonly string[] {
  return [...new Set(statuses.map((each) => each.statusListCredential))]
}

/** Throws `CredentialFlaw` unless it holds at `nowSeconds`, by lists that were verified. */
export function requireHolding(credential: Credential, lists: readonly StatusList[], nowSeconds: number): void {
  if (nowSeconds < credential.validFrom) throw new CredentialFlaw("not_yet_valid", "this credential holds later")
  if (nowSeconds >= credential.validUntil) throw new CredentialFlaw("expired", "this credential has expired")
  for (const entry of credential.statuses) checkStatus(entry, credential.issuer, lists)
}

/** The key that it says to be issued to; nothing is verified. Throws `CredentialFlaw`. */
export function subjectOf(token: string): string {
  return readUnverified(token, Subject).sub
}

function checkStatus(entry: StatusEntry, issuer: string, lists: readonly StatusList[]): void {
  const { statusPurpose: purpose, statusListCredential: url, statusListIndex: index, statusSize: size } = entry
  const list = lists.find((each) => each.url === url && each.purpose === purpose && each.issuer === issuer)
  const bit = list !== undefined && INDEX.test(index) && size === 1 ? isSet(list, Number(index)) : undefined
  if (bit === undefined) throw new CredentialFlaw("status_unknown", "no list says whether it holds")
  if (!bit) return
  throw purpose === "revocation"
    ? new CredentialFlaw("revoked", "this credential was revoked")
    : new CredentialFlaw("suspended", "this credential is suspended")
}

function credentialOf({ body, keyId }: Signed<s.Of<typeof Body>>): Credential {
  const { issuer, credentialSubject: subject } = body
  const { achievement } = subject
  const [validFrom, validUntil] = [seconds(body.validFrom), seconds(body.validUntil)]
  // What is said twice is said alike: readers differ in which of the two they read.
  const saidTwice = [
    [keyId.split("#")[0], issuer.id],
    [body.iss, issuer.id],
    [body.sub, subject.id],
    [body.jti, body.id],
    [body.nbf, validFrom],
    [body.exp, validUntil],
    [body.name, achievement.name],
    [achievement.description, achievement.criteria.narrative],
    [body.type.join(" "), TYPES.join(" ")],
  ]
  if (saidTwice.some(([one, other]) => one !== other)) throw malformed("it says two things about itself")
  if (!achievement.id.startsWith(CODE_PREFIX)) throw malformed("not of a server of ours")
  return {
    ...{ issuer: issuer.id, issuerName: issuer.name, subject: subject.id },
    ...{ code: achievement.id.slice(CODE_PREFIX.length), name: achievement.name },
    ...{ validFrom, validUntil, statuses: body.credentialStatus },
  }
}

function malformed(message: string): CredentialFlaw {
  return new CredentialFlaw("malformed_credential", message)
}
