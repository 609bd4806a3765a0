/**
 * What our byte formats refuse, under the codes that the Python core gives the same
 * refusals. Messages name the check that failed and hold nothing that was read.
 */

/** Octets or values that a format does not allow. */
export class FormatError extends Error {
  constructor(
    readonly code: FormatCode,
    message: string,
  ) {
    super(message)
    this.name = "FormatError"
  }
}

export type FormatCode =
  | "mls.decode"
  | "mls.unsupported"
  | "mls.decrypt"
  | "mls.signature"
  | "mls.credential_rejected.unsigned"
  | "mls.credential_rejected.expired"
  | "mls.credential_rejected.mismatch"
  | "mls.credential_rejected.unknown_key"
  | "mls.state.invalid_request"
  | "mls.state.no_common_suite"
  | "content.too_large"
  | "content.malformed"
  | "content.invalid"
  | "content.local_only"
  | "content.unsendable"
  | "device_list.unsigned"
  | "device_list.not_next"
  | "device_list.account_key_changed"
  | "log.wrong"
  | "log.proof_invalid"
  | "log.entries_missing"
  | "report"
  | "report.too_large"
  | "keystore.out_of_memory"
  | "attachment.too_large"
  | "attachment.truncated"
  | "attachment.damaged"
  | "attachment.hash_mismatch"
  | "attachment.padding"
  | "history.damaged"
  | "history.malformed"
  | "location.damaged"
  | "location.malformed"
  | "words.count"
  | "words.unknown"
  | "words.checksum"
  | "backup.malformed"
  | "backup.locked"
  | "backup.damaged"
  | "backup.forged"
  | "backup.rolled_back"
  | "recording.malformed"
  | "recording.not_for_account"
  | "recording.key_changed"
  | "recording.damaged"
  | "recording.cut"
  | "pairing.malformed"
  | "pairing.altered"
  | "pairing.code_differs"
  | "pairing.refused"
  | "frame.too_short"
  | "frame.key_spent"
