/**
 * Reports: messages that a member shows to the safety team, with their proof.
 *
 *     struct {
 *         uint16 group_context;           place in group_contexts
 *         uint16 leaf_node;               place in leaf_nodes
 *         uint64 epoch;
 *         uint32 leaf_index;
 *         opaque authenticated_data<V>;
 *         opaque plaintext<V>;
 *         opaque signature<V>;
 *     } ReportedMessage;
 *
 *     struct {
 *         uint16 message;                 place in messages
 *         uint16 wordings;                at least 1
 *     } LeftOut;
 *
 *     struct {
 *         uint8  version = 1;
 *         opaque statement<V>;            UTF-8: the reporter's own words
 *         opaque group_contexts<V>;       each opaque<V>, in the order of first use
 *         opaque leaf_nodes<V>;           each opaque<V>, in the order of first use
 *         ReportedMessage messages<V>;    each once
 *         LeftOut left_out<V>;            ascending; absent when nothing is left out
 *     } Report;
 *
 *     struct {
 *         uint8  version = 1;
 *         opaque key_id[8];
 *         uint16 suite;
 *         opaque kem_output<V>;
 *         opaque ciphertext<V>;
 *     } SealedReport;
 *
 * HPKE (RFC 9180) seals `opaque report<V>`, followed by zeros up to 4 KiB · 2^k, to a key of
 * the safety team, with the info "MentalVerse report v1" and the report's id as AAD. `key_id`
 * is the first 8 octets of SHA-256("MentalVerse report key v1" ‖ public key).
 *
 * An edited message is shown in its wordings, one ReportedMessage each. Where they do not all
 * fit, `left_out` says at the first of them how many are missing: so says whoever reports, and
 * no signature covers it.
 *
 * A report shows what was chosen and nothing else. The reporter can leave messages out, which
 * is why the ones around should come along; the reporter cannot change a letter. Who opens and
 * verifies it is the safety team, with `mentalverse report`.
 */

import { sha256 } from "@noble/hashes/sha2.js"
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { encodeCiphertext, seal } from "../hpke"
import { keyOf, padded } from "../octets"
import { Writer } from "./codec"
import { FormatError } from "./errors"
import type { Evidence } from "./evidence"
import { Places } from "./places"
import { ID_BYTES, require, utf8 } from "./requests"

/** Of reports and their sealed form. */
export const VERSION = 1
/** Most messages in a report. */
export const MAX_MESSAGES = 200
/** Longest report before it is padded and sealed. */
export const MAX_REPORT_BYTES = 2 * 1024 * 1024
/** Longest statement, in UTF-8. */
export const MAX_STATEMENT_BYTES = 16_000
/** Length of the id of a key of the safety team. */
export const KEY_ID_BYTES = 8

const SMALLEST_BUCKET_BYTES = 4096
const INFO = utf8ToBytes("MentalVerse report v1")
const KEY_LABEL = utf8ToBytes("MentalVerse report key v1")

/** One message that was chosen, and what proves it. */
export interface ReportedMessage {
  /** Of the application message. */
  readonly plaintext: Uint8Array
  readonly evidence: Evidence
  /** How many other wordings of it the report leaves out, by the reporter's word; 0 to 65535. */
  readonly leftOut?: number
}

/** What a member shows. */
export interface Report {
  /** In the order in which the reporter saw them, which proves nothing. */
  readonly messages: readonly ReportedMessage[]
  /** The reporter's own words, which prove nothing. */
  readonly statement: string
}

/**
 * The structure on the wire. `report.too_large` for more messages, octets or words than are
 * accepted, `mls.state.invalid_request` for no message, or one that stands twice.
 */
export function encodeReport({ messages, statement }: Report): Uint8Array {
  if (messages.length > MAX_MESSAGES) throw tooLarge("too many messages in a report")
  const said = utf8(statement, "the statement is not Unicode text")
  if (said.length > MAX_STATEMENT_BYTES) throw tooLarge("the statement is too long")
  const [contexts, leaves] = [new Places(), new Places()]
  const written = messages.map((shown) => encodeMessage(shown, contexts, leaves))
  const isOnce = new Set(written.map(keyOf)).size === written.length
  require(written.length > 0 && isOnce, "a report shows each of its messages once")
  const report = new Writer().u8(VERSION).opaque(said)
  contexts.write(report)
  leaves.write(report)
  report.vector(written, (inner, message) => inner.raw(message))
  const missing = messages.flatMap(({ leftOut = 0 }, place) => (leftOut > 0 ? [{ place, leftOut }] : []))
  if (missing.length > 0) report.vector(missing, (inner, { place, leftOut }) => inner.u16(place).u16(leftOut))
  const encoded = report.octets()
  if (encoded.length > MAX_REPORT_BYTES) throw tooLarge("the report is too long")
  return encoded
}

/** How long a report is with its padding, before it is sealed. Throws as `encodeReport`. */
export function paddedReportBytes(report: Report): number {
  return paddedPlaintext(report).length
}

/** The 8 octets that name a public key of the safety team. */
export function reportKeyId(publicKey: Uint8Array): Uint8Array {
  return sha256(concatBytes(KEY_LABEL, publicKey)).slice(0, KEY_ID_BYTES)
}

/**
 * The encoded `SealedReport` of a report; also `mls.decrypt`, when nothing can be sealed to
 * that key.
 * @param suite that of the key: its KEM and AEAD are used
 * @param toPublic HPKE public key of the safety team
 * @param reportId 16 octets: the report opens under no other id
 */
export async function sealReport(
  report: Report,
  suite: number,
  toPublic: Uint8Array,
  reportId: Uint8Array,
): Promise<Uint8Array> {
  require(reportId.length === ID_BYTES, "a report id has 16 octets")
  const sealed = await seal(suite, toPublic, INFO, reportId, paddedPlaintext(report))
  return new Writer().u8(VERSION).raw(reportKeyId(toPublic)).u16(suite).raw(encodeCiphertext(sealed)).octets()
}

function paddedPlaintext(report: Report): Uint8Array {
  const plaintext = new Writer().opaque(encodeReport(report)).octets()
  let bucket = SMALLEST_BUCKET_BYTES
  while (bucket < plaintext.length) bucket *= 2
  return padded(plaintext, bucket)
}

function encodeMessage({ plaintext, evidence }: ReportedMessage, contexts: Places, leaves: Places): Uint8Array {
  return new Writer()
    .u16(contexts.take(evidence.groupContext))
    .u16(leaves.take(evidence.leafNode))
    .u64(evidence.epoch)
    .u32(evidence.leafIndex)
    .opaque(evidence.authenticatedData)
    .opaque(plaintext)
    .opaque(evidence.signature)
    .octets()
}

function tooLarge(message: string): FormatError {
  return new FormatError("report.too_large", message)
}
