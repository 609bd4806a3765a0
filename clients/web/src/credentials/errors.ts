/**
 * Why a credential that somebody shows does not hold, under the codes of
 * `mentalverse_modules.credentials.errors`.
 */
export type Flaw =
  /** Not what the standards describe, or of another issuer. */
  | "malformed_credential"
  /** Altered, or signed by somebody else. */
  | "wrong_signature"
  | "unknown_key"
  | "not_yet_valid"
  | "expired"
  | "revoked"
  | "suspended"
  /** No list at hand says whether it holds. */
  | "status_unknown"
  /** Of another device, or from another conversation or epoch. */
  | "shown_elsewhere"

export class CredentialFlaw extends Error {
  constructor(
    readonly code: Flaw,
    message: string,
  ) {
    super(message)
    this.name = "CredentialFlaw"
  }
}
