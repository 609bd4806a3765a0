/** Why something was not done, under the codes that the Python client gives the same. */

/** Somebody besides the server's own errors (`Refused`) has to change something. */
export class ClientError extends Error {
  constructor(
    readonly code: ClientCode,
    message: string,
    /** Whom it is about. */
    readonly account?: string,
  ) {
    super(message)
    this.name = "ClientError"
  }
}

export type ClientCode =
  /** An account lives in this browser already. */
  | "client.profile_exists"
  | "client.profile_missing"
  /** The server is another one than this device belongs to, or signs with an unknown key. */
  | "client.untrusted_server"
  /** The keys of somebody could not be proven by the log: nothing may be sent to them. */
  | "client.not_proven"
  /** Somebody is shown under another key or name than before. */
  | "client.peer_changed"
  | "client.report_key_changed"
  | "client.pairing_failed"
  | "client.not_your_device"
  /** The person or the authenticator said no, or the passkey gives no key. */
  | "client.passkey_unusable"
  /** Nothing else would bring the account back. */
  | "client.last_way"
  /** A credential is of the key of another device. */
  | "client.issued_elsewhere"
  | "client.suite_withheld"
  | "client.no_backup"
  | "client.backup_replaced"
  | "client.backup_gone"
  | "client.backup_too_large"
  | "client.backup_not_opened"
