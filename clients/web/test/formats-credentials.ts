/** Credentials that are shown: what comes of them when they are verified. */

import { CredentialFlaw } from "../src/credentials/errors"
import { issuerOf } from "../src/credentials/issuers"
import { verifyShown } from "../src/credentials/shown"
import { type Fields, octetsOf, type Verbs } from "./wire"

const placeOf = ({ nonce, account, device, exported }: Fields) => ({
  ...{ nonce: octetsOf(nonce), account: octetsOf(account) },
  ...{ device: octetsOf(device), exported: octetsOf(exported) },
})

export const credentials: Verbs = {
  verifyShown: async (fields) => {
    const { jwt, sig, document, lists, now } = fields
    const published = lists as Readonly<Record<string, string>>
    try {
      const found = await verifyShown(
        { jwt: jwt as string, sig: sig as string, place: placeOf(fields) },
        issuerOf(document as string),
        (url) => Promise.resolve(published[url]),
        now as number,
      )
      const { issuer, issuerName, subject, code, name, validFrom, validUntil } = found
      return { issuer, issuerName, subject, code, name, validFrom, validUntil }
    } catch (error) {
      if (error instanceof CredentialFlaw) return { flaw: error.code }
      throw error
    }
  },
}
