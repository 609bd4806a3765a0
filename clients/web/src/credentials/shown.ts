/**
 * What a member shows in a conversation, verified: that its issuer signed it, that it holds
 * now, and that this very member shows it in this very epoch. Nobody's word is taken for it,
 * the server's included, besides that its keys and lists are those that it publishes.
 */

import { proves, type ShownPlace } from "../e2ee/formats/credential-proof"
import { CredentialFlaw } from "./errors"
import { type Issuer, keyOfDid } from "./issuers"
import { type StatusList, verifyList } from "./status-list"
import { type Credential, listsOf, readSigned, requireHolding } from "./vc"

/** Status lists that are fetched for one credential at most. */
const MOST_LISTS = 4

export interface ShownCredential {
  readonly jwt: string
  /** Of the holder's key (`credential-proof`). */
  readonly sig: string
  readonly place: ShownPlace
}

/**
 * The credential of whoever shows it. `listOf` gives the token that is published under an
 * address, or undefined where there is none. Throws `CredentialFlaw`, and what `listOf` does.
 */
export async function verifyShown(
  { jwt, sig, place }: ShownCredential,
  issuer: Issuer,
  listOf: (url: string) => Promise<string | undefined>,
  nowSeconds: number,
): Promise<Credential> {
  const credential = readSigned(jwt, issuer.keyOf)
  if (credential.issuer !== issuer.did) throw new CredentialFlaw("malformed_credential", "it is of another issuer")
  const lists: StatusList[] = []
  for (const url of listsOf(credential).slice(0, MOST_LISTS)) {
    const list = await counting(await listOf(url), issuer, nowSeconds)
    if (list !== undefined) lists.push(list)
  }
  requireHolding(credential, lists, nowSeconds)
  if (!proves(sig, jwt, place, keyOfDid(credential.subject))) {
    throw new CredentialFlaw("shown_elsewhere", "this proof is not of this member, here and now")
  }
  return credential
}

/** A list that does not count says nothing, and then nobody can say whether it holds. */
async function counting(
  token: string | undefined,
  issuer: Issuer,
  nowSeconds: number,
): Promise<StatusList | undefined> {
  if (token === undefined) return undefined
  try {
    return await verifyList(token, issuer.keyOf, nowSeconds)
  } catch (error) {
    if (error instanceof CredentialFlaw) return undefined
    throw error
  }
}
