/** Times of the W3C's data model, as this server writes them: to the second, in UTC. */

import { CredentialFlaw } from "./errors"

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

/** Unix seconds. Throws `CredentialFlaw`. */
export function seconds(text: string): number {
  const at = INSTANT.test(text) ? Date.parse(text) : NaN
  if (Number.isNaN(at)) throw new CredentialFlaw("malformed_credential", "not a time")
  return at / 1000
}
