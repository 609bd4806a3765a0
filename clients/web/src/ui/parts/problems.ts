/** Why something did not happen, and what can be done, in words. */

import type { Key } from "../../i18n/languages"
import type { Problem } from "../../state/models"
import { say } from "../words"

const SAID: Readonly<Record<string, Key>> = {
  "attachment.damaged": "problem.file_damaged",
  "attachment.hash_mismatch": "problem.file_damaged",
  "attachment.padding": "problem.file_damaged",
  "attachment.truncated": "problem.file_damaged",
  "client.file_gone": "problem.file_gone",
  "client.file_not_sendable": "problem.file_not_sendable",
  "client.no_backup": "problem.no_backup",
  "client.not_allowed": "problem.not_allowed",
  "client.not_proven": "problem.not_proven",
  "client.not_reportable": "problem.not_reportable",
  "client.pairing_failed": "problem.pairing_failed",
  "client.unknown_message": "problem.not_here",
  signed_out: "problem.signed_out",
  "client.untrusted_server": "problem.untrusted_server",
  "client.last_way": "problem.last_way",
  "client.passkey_unusable": "problem.passkey_unusable",
  "client.profile_exists": "problem.profile_exists",
  "client.backup_not_opened": "problem.wrong_words",
  claim_too_old: "problem.claim_too_old",
  conversation_full: "problem.conversation_full",
  file_damaged: "problem.file_damaged",
  forbidden: "problem.not_allowed",
  not_found: "problem.not_found",
  quota_exceeded: "problem.quota_exceeded",
  rate_limited: "problem.rate_limited",
  store_full: "problem.store_full",
  too_large: "problem.too_large",
  wrong_secret: "problem.wrong_passphrase",
}

/** One or two calm sentences; what has no words of its own is told by whose turn it is. */
export function problemText(problem: Problem): string {
  const own = SAID[problem.code]
  return own === undefined ? say(`fault.${problem.fault}`) : say(own)
}
