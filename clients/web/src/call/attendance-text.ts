/**
 * What a device signs of a call it took part in, and which calls are signed for:
 * `attendance_text.py` is the same.
 */

import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { idBytes } from "../account/ids"
import { type CallRole, type CallView, MINUTE_MS, RECEIPT_LABEL, UNPLANNED_MINUTES } from "../protocol/events"

const NO_SESSION = new Uint8Array(16)

const ROLES = {
  participant: 0,
  facilitator: 1,
  co_facilitator: 2,
  leader: 3,
  observer: 4,
} as const satisfies Record<CallRole, number>

/** To the nearest, so that a second that one side saw less of costs nobody a minute. */
export function wholeMinutes(lastedMs: number): number {
  return Math.floor((lastedMs + MINUTE_MS / 2) / MINUTE_MS)
}

/** Whether a device that saw so many minutes of a call makes a receipt. */
export function isSignedFor(view: Pick<CallView, "conversation_kind" | "session">, minutes: number): boolean {
  if (view.conversation_kind === "crisis" || view.conversation_kind === "side") return false
  return view.session !== null || minutes >= UNPLANNED_MINUTES
}

/** The context of the exporter: the session, or the call that nobody planned. */
export function markedBy({ call, session }: Pick<CallView, "call" | "session">): Uint8Array {
  return idBytes(session ?? call)
}

export interface Receipt {
  readonly call: string
  readonly session: string | null
  readonly account: string
  readonly device: string
  readonly role: CallRole
  readonly minutes: number
  readonly marks: readonly Uint8Array[]
}

/** Label, ids, role, minutes and the marks in their own order, all of one length. */
export function receiptOctets({ call, session, account, device, role, minutes, marks }: Receipt): Uint8Array {
  const planned = session === null ? NO_SESSION : idBytes(session)
  const said = Uint8Array.of(ROLES[role], minutes >> 8, minutes & 0xff)
  const sorted = [...marks].sort((one, other) => (bytesToHex(one) < bytesToHex(other) ? -1 : 1))
  return concatBytes(
    utf8ToBytes(RECEIPT_LABEL),
    ...[idBytes(call), planned, idBytes(account), idBytes(device), said],
    sha256(concatBytes(...sorted)),
  )
}
