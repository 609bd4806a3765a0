/**
 * The receipt of one call (`attendance-text.ts`): counted while it goes on, signed and sent
 * by itself when it is over for this device. Nobody is asked and nothing is shown: it says
 * no more than the roster did. Without a connection it goes out with the next one.
 */

import { ed25519 } from "@noble/curves/ed25519.js"
import { idBytes } from "../account/ids"
import { type Beside, NotYet } from "../chat/beside"
import type { Chat } from "../chat/chat"
import { NotConnected, Refused } from "../protocol/errors"
import type { AttendanceAttest, CallView, Roster } from "../protocol/events"
import { isSignedFor, markedBy, receiptOctets, wholeMinutes } from "./attendance-text"
import { type Kept, Tally } from "./tally"

const KEEP_EVERY_MS = 5_000
/** For a server that has no answer just now. */
const AGAIN_MS = 10_000

export interface AttestingAround {
  readonly chat: Pick<Chat, "call" | "updates" | "state" | "device">
  /** From before the page was loaded anew. */
  readonly before: Kept | undefined
  readonly keep: (kept: Kept) => void
  readonly failed: (error: unknown) => void
}

export class Attesting {
  private readonly tally: Tally
  private view: CallView | undefined
  private epoch: number | undefined
  private keptAt = -Infinity
  private isOver = false

  constructor(private readonly around: AttestingAround) {
    this.tally = new Tally(around.before)
  }

  /** A few times a second, while there is a call. `epoch`: of the keys that are here. */
  look(
    now: number,
    { roster, heardAt }: { readonly roster: Roster | undefined; readonly heardAt: number },
    beside: Pick<Beside, "mark"> | undefined,
    epoch: number | undefined,
  ): void {
    this.view = roster?.view ?? this.view
    this.tally.look(now, this.around.chat.device.identity.account, roster, heardAt)
    if (roster === undefined) return
    if (beside !== undefined && epoch !== undefined && epoch !== this.epoch) void this.enter(beside, epoch, roster.view)
    if (now - this.keptAt < KEEP_EVERY_MS) return
    this.keptAt = now
    this.around.keep(this.tally.kept)
  }

  /** The call is over for this device; once. */
  over(): void {
    const { view } = this
    if (this.isOver || view === undefined) return
    this.isOver = true
    this.around.keep(this.tally.kept)
    const minutes = wholeMinutes(this.tally.lastedMs)
    const { role, marks } = this.tally
    if (role === null || marks.length === 0 || !isSignedFor(view, minutes)) return
    const { account, device, devicePrivate } = this.around.chat.device.identity
    const { call, session } = view
    const octets = receiptOctets({ call, session, account, device, role, minutes, marks })
    this.send({ call, role, minutes, marks, signature: ed25519.sign(octets, devicePrivate) })
  }

  private async enter(beside: Pick<Beside, "mark">, epoch: number, view: CallView): Promise<void> {
    this.epoch = epoch
    try {
      this.tally.enter(await beside.mark(markedBy(view), idBytes(view.call)))
    } catch (error) {
      this.epoch = undefined
      if (!(error instanceof NotYet)) this.around.failed(error)
    }
  }

  /** Until the server has it, or says that it takes none. */
  private send(receipt: AttendanceAttest): void {
    const { chat, failed } = this.around
    const done = new AbortController()
    let isSending = false
    const again = (): void => {
      if (isSending || done.signal.aborted) return
      isSending = true
      this.attest(receipt)
        .then((wait) => {
          isSending = false
          if (wait === undefined) done.abort()
          else if (wait !== Infinity) setTimeout(again, wait)
        })
        .catch((error: unknown) => {
          done.abort()
          failed(error)
        })
    }
    chat.updates.listen((update) => {
      if (update.kind === "ended") done.abort()
      if (update.kind === "connection" && chat.state === "online") again()
    }, done.signal)
    again()
  }

  /** Milliseconds until it is worth another try; Infinity: once there is a connection; undefined: it is done. */
  private async attest(receipt: AttendanceAttest): Promise<number | undefined> {
    try {
      await this.around.chat.call("attendance.attest", receipt)
      return undefined
    } catch (error) {
      if (error instanceof NotConnected) return Infinity
      if (!(error instanceof Refused)) throw error
      return error.fault === "server" ? (error.retryAfterMs ?? AGAIN_MS) : error.retryAfterMs
    }
  }
}
