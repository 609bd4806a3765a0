/**
 * What somebody agrees to when a call is to be recorded, word for word.
 *
 * A device signs the SHA-256 of this English text, whatever language it is read in:
 * `recording_text.py` is the same. Nobody agrees to a hash of any other, for it could not be
 * shown to what. The words are fixed: another word is another text.
 */

import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { idBytes } from "../account/ids"
import { CONSENT_LABEL, type OnWithdraw, type RecordingView } from "../protocol/events"

const PURPOSES: ReadonlyMap<string, string> = new Map([
  ["supervision", "to be looked at with a supervisor"],
  ["own_use", "to listen again, for oneself"],
  ["training", "for training"],
])

const RULES = {
  discard: "Then all of it is deleted.",
  keep: "Then what was recorded before that is kept.",
} as const satisfies Record<OnWithdraw, string>

/** Its lines; a purpose without words of ours stands as it is. */
export function recordingText(purpose: string, onWithdraw: OnWithdraw): readonly string[] {
  return [
    "May this call be recorded?",
    `What it is for: ${PURPOSES.get(purpose) ?? purpose}.`,
    "One device in the call records, and everybody sees which.",
    "The file is sealed there for the accounts that the request names.",
    "The server has no recording.",
    "Everybody has to agree. No answer is a no, and nobody has to say why.",
    "During the call anybody may take their yes back. Then it stops at once.",
    RULES[onWithdraw],
    "No program can keep others from recording what they see and hear.",
  ]
}

/** SHA-256 of the text, as 64 lower-case hexadecimal digits. */
export function recordingTextHash(purpose: string, onWithdraw: OnWithdraw): string {
  return bytesToHex(sha256(utf8ToBytes(recordingText(purpose, onWithdraw).join("\n"))))
}

/** Whether a request is about the text that is shown for it. */
export function isKnownText({ purpose, on_withdraw, text_hash }: RecordingView): boolean {
  return recordingTextHash(purpose, on_withdraw) === text_hash
}

/** What of a request a device signs. */
export type Agreed = Pick<RecordingView, "request" | "text_hash" | "receivers" | "on_withdraw">

/** What a device signs to agree; receivers stand for themselves whatever their order. */
export function consentOctets(call: string, { request, text_hash, receivers, on_withdraw }: Agreed): Uint8Array {
  const named = sha256(concatBytes(...[...receivers].sort().map(idBytes)))
  const keeps = Uint8Array.of(on_withdraw === "keep" ? 1 : 0)
  return concatBytes(utf8ToBytes(CONSENT_LABEL), idBytes(call), idBytes(request), hexToBytes(text_hash), named, keeps)
}
