/**
 * Showing messages to the safety team, so that they can be proven.
 *
 * A report holds rows of the log as their senders signed them (`evidence.ts`), an edited
 * message with the wordings it had (all that fit, `wordings.ts`), and one that its sender
 * took back for as long as `withdrawn.ts` keeps it. It is encrypted to the safety team's
 * key, which has to be the newest one in the transparency log; the server that takes it
 * cannot open it.
 *
 * The server is told which stored files belong to a report only if the person wants that
 * it keeps them for the case: naming a file tells the server who was sent it.
 *
 * `reveal` says exactly what would be shown, and `send` shows nothing else.
 */

import { bytesToHex } from "@noble/hashes/utils.js"
import { idBytes, newId } from "../account/ids"
import type { Device } from "../account/device"
import type { SignInSource } from "../account/sign-in"
import * as contents from "../e2ee/formats/content"
import type { HistoryMessage } from "../e2ee/formats/history-piece"
import { FormatError } from "../e2ee/formats/errors"
import { MAX_STATEMENT_BYTES, sealReport } from "../e2ee/formats/franking"
import type { ReportKey } from "../log/transparency"
import { Accounts } from "../protocol/accounts"
import { MAX_REPORTED_BLOBS } from "../protocol/events"
import { ChatError } from "./errors"
import { kept } from "./evidence"
import { isReportable, type Message, rowsOf, targetOf } from "./messages"
import { wordsOf as plannedWords } from "./planned"
import { fit, shownOf, type Worded } from "./wordings"

/** What a report shows of one message. */
export interface Revealed {
  readonly message: Message
  /** Its text as first written and after each edit, as far as they are shown; of a file its name. */
  readonly wordings: readonly string[]
  /** What it quotes of another message. */
  readonly quote: string | undefined
  /** Whether the safety team could open its file. */
  readonly opensFile: boolean
  /** How many wordings do not fit into the report, which says so. */
  readonly leftOut: number
}

type Proven = Worded & { readonly message: Message; readonly rows: readonly HistoryMessage[] }
type Fitted = Proven & { readonly places: ReadonlySet<number> }

/** Where reports go. */
export interface Safety {
  readonly source: SignInSource
  /** The safety team's key; undefined if nobody takes reports here. */
  reportKey(): Promise<ReportKey | undefined>
}

/**
 * What a report of these messages would show, in the order of the log. Throws `ChatError`
 * (`client.not_reportable`): one of them is nothing that was said, not sent yet, from before
 * this device could read along, or was deleted, by oneself or too long ago; or they are too
 * much for one report.
 */
export async function reveal(device: Device, messages: readonly Message[]): Promise<Revealed[]> {
  return (await fitted(device, messages)).map((each) => {
    const bodies = shownRows(each).map(bodyOf)
    return {
      message: each.message,
      wordings: bodies.map((body) => wordsOf(body, each.message)),
      quote: bodies.flatMap((body) => (body?.type === "reply" ? (body.to.quote ?? []) : []))[0],
      opensFile: bodies.some((body) => fileOf(body) !== undefined),
      leftOut: each.rows.length - each.places.size,
    }
  })
}

/**
 * Shows messages to the safety team; the id of the report. `keepFiles`: names their files to
 * the server, which then keeps them for the case, also if their sender deletes them. Throws
 * as `reveal` and `Transparency.reportKey`; `Refused`, `NotConnected`: it was not taken.
 */
export async function send(
  device: Device,
  safety: Safety,
  conversation: string,
  messages: readonly Message[],
  reason: string,
  keepFiles: boolean,
): Promise<string> {
  const all = await fitted(device, messages)
  const rows = all.flatMap(shownRows)
  const to = await safety.reportKey()
  if (to === undefined) throw notReportable("no_team")
  const report = newId(device.random)
  const sealed = await sealReport(
    { messages: all.flatMap((each) => shownOf(each, each.places)), statement: fitting(reason) },
    to.suite,
    to.public,
    idBytes(report),
  )
  const seqs = rows.map(({ seq }) => Number(seq))
  const blobs = keepFiles ? blobsOf(rows) : []
  const token = await safety.source.token(false)
  await new Accounts(device.identity.origin).report(token, { report, conversation, seqs, sealed, blobs })
  return report
}

async function fitted(device: Device, messages: readonly Message[]): Promise<Fitted[]> {
  const inOrder = [...new Map(messages.map((each) => [each.seq, each])).values()].sort((a, b) => a.seq - b.seq)
  if (inOrder.length === 0) throw notReportable("none")
  const all = await Promise.all(inOrder.map((message) => proven(device, message)))
  const shown = fit(all)
  return all.map((each, index) => ({ ...each, places: shown[index] ?? new Set() }))
}

async function proven(device: Device, message: Message): Promise<Proven> {
  const { reportableUntil: until } = message
  if ((until !== null && until <= device.now()) || !isReportable(message)) throw notReportable("nothing_said")
  const found = await Promise.all(rowsOf(message).map((seq) => kept(device.vault, message.conversation, seq)))
  const rows = found.filter((row) => row !== undefined).filter((row) => row.evidence && isAbout(row, message))
  if (Number(rows[0]?.seq) !== message.seq) throw notReportable("no_proof")
  const wordings = rows.flatMap(({ content, evidence }) => (evidence ? [{ plaintext: content, evidence }] : []))
  return { message, rows, wordings, seqs: rows.map(({ seq }) => Number(seq)) }
}

function shownRows({ rows, places }: Fitted): readonly HistoryMessage[] {
  return rows.filter((_, place) => places.has(place))
}

/** Not so when a server that was put back filled an edit's place anew. */
function isAbout(row: HistoryMessage, message: Message): boolean {
  return Number(row.seq) === message.seq || targetOf(contents.decode(row.content)) === message.id
}

function bodyOf({ content }: HistoryMessage): contents.Body | undefined {
  const decoded = contents.decode(content)
  return "raw" in decoded ? undefined : decoded.body
}

function fileOf(body: contents.Body | undefined) {
  return body?.type === "file" || body?.type === "voice" ? body.attachment : undefined
}

function wordsOf(body: contents.Body | undefined, message: Message): string {
  if (body?.type === "text" || body?.type === "reply" || body?.type === "edit") return body.text
  return fileOf(body)?.name ?? plannedWords(body) ?? message.text
}

function blobsOf(rows: readonly HistoryMessage[]): string[] {
  const files = rows.flatMap((row) => fileOf(bodyOf(row)) ?? [])
  const blobs = [...new Set(files.map(({ blob }) => bytesToHex(blob)))]
  if (blobs.length > MAX_REPORTED_BLOBS) throw notReportable("too_many_files")
  return blobs
}

function fitting(reason: string): string {
  if (new TextEncoder().encode(reason).length > MAX_STATEMENT_BYTES) {
    throw new FormatError("report.too_large", "the reason is too long")
  }
  return reason
}

function notReportable(why: string): ChatError {
  return new ChatError("client.not_reportable", why)
}
