/**
 * One's seat in a call: how it is taken, kept, taken up again and lost.
 *
 *     joining ─▶ in ─────▶ over      left, ended, removed, replaced, or a minute away
 *        │  ▲     │ ▲
 *        ▼  │     ▼ │
 *      waiting   (no connection: the seat is kept, and nothing of the media ends)
 *
 * The seat is a lease that a beat renews every three seconds, and so is a place in the
 * line. On a new connection it is resumed: the same seat, the same epoch, and the whole
 * roster as it is then. Deltas that were missed are never guessed; who waits is told few,
 * and asks again once the beat says that anything has happened.
 */

import type { Call } from "../account/keys"
import type { CallNotice } from "../chat/updates"
import { retryDelayMs } from "../protocol/backoff"
import { NotConnected, Refused } from "../protocol/errors"
import type { CallJoined, ErrorCode, RecordingView, Roster, SeatHeld, WaitingPlace } from "../protocol/events"
import { fold } from "./roster"

export const BEAT_MS = 3_000

export type RoomState =
  | { readonly kind: "joining" }
  /** `recording`: to be agreed to before there is a seat. */
  | { readonly kind: "waiting"; readonly place: WaitingPlace; readonly recording: RecordingView | null }
  | { readonly kind: "in"; readonly seat: SeatHeld; readonly roster: Roster }
  | { readonly kind: "over"; readonly why: Over }

export type Over =
  | "left"
  | "removed"
  | "replaced"
  | "connection_lost"
  | "everybody_left"
  | Exclude<Extract<CallNotice, { name: "call.ended" }>["fact"]["reason"], "empty">
  | { readonly refused: ErrorCode; readonly fault: Refused["fault"] }

export interface RoomAround {
  readonly call: Call
  readonly connId: string
  /** Of this call, from before the page was loaded anew. */
  readonly token: string | undefined
  readonly keepToken: (token: string | undefined) => void
  readonly own: { readonly account: string; readonly device: string }
  readonly changed: () => void
  /** What is no part of the roster, and what may matter besides: after the roster was changed. */
  readonly told: (notice: CallNotice) => void
  readonly failed: (error: unknown) => void
  readonly now: () => number
}

export interface Entry {
  readonly agreementHash: string | null
  readonly alone: boolean
}

/** What is about one's own seat and nobody else's: a refusal of the others may be about somebody who has left. */
const OF_OWN_SEAT: ReadonlySet<string> = new Set(["call.beat", "call.resume", "roster.fetch"])

/** Of refusals that end it: what is said then. */
const ENDS: Partial<Record<ErrorCode, Over>> = {
  no_seat: "connection_lost",
  stale_connection: "replaced",
  not_found: "ended",
}

export class CallRoom {
  state: RoomState = { kind: "joining" }
  /** When the server was last heard, by one's own clock. */
  heardAt: number
  private entry: Entry = { agreementHash: null, alone: false }
  private beatAt = -Infinity
  private isFetching = false
  private attempt = 0
  private retryAt = -Infinity
  private isJoining = false
  private isOnline = true
  private beatMs = BEAT_MS
  /** Of the call, when it was last asked from the line. */
  private seenSeq = 0

  constructor(
    readonly id: string,
    private readonly around: RoomAround,
  ) {
    this.heardAt = around.now()
  }

  get roster(): Roster | undefined {
    return this.state.kind === "in" ? this.state.roster : undefined
  }

  /** Comes in, or stands in line; goes on until it is decided. */
  join(entry: Entry): void {
    this.entry = entry
    this.become({ kind: "joining" })
    this.tryToJoin()
  }

  /** A few times a second. */
  tick(): void {
    const now = this.around.now()
    if (this.state.kind === "joining" && !this.isJoining && now >= this.retryAt) this.tryToJoin()
    const holds = this.state.kind === "in" || this.state.kind === "waiting"
    if (holds && now - this.beatAt >= this.beatMs) this.beat()
  }

  /** The connection to the server ended, or there is another one. */
  connected(isOnline: boolean): void {
    const isNew = isOnline && !this.isOnline
    this.isOnline = isOnline
    if (!isNew) return
    this.attempt = 0
    if (this.state.kind === "in") this.run(() => this.resume())
    else if (this.state.kind !== "over") this.tryToJoin()
  }

  hear(notice: CallNotice): void {
    if (this.state.kind === "over") return
    this.heardAt = this.around.now()
    const { own } = this.around
    switch (notice.name) {
      case "call.ended":
        return this.end(notice.fact.reason === "empty" ? "everybody_left" : notice.fact.reason)
      case "seat.replaced":
        return this.end("replaced")
      case "member.removed":
        if (notice.fact.member === own.account) return this.end("removed")
        break
      case "member.left":
        if (notice.fact.member !== own.account) break
        if (notice.fact.reason === "lease") return this.end("connection_lost")
        if (notice.fact.reason === "held") return this.join(this.entry)
        break
      case "member.admitted":
        if (notice.fact.member === own.account) this.tryToJoin()
        break
      default:
    }
    this.take(notice)
  }

  leave(): void {
    if (this.state.kind === "over") return
    this.around.call("call.leave", { call: this.id }).catch(() => undefined)
    this.end("left")
  }

  beatWith(rx: () => readonly string[]): void {
    this.rx = rx
  }

  /** How often the server is to be heard at the least. */
  beatEvery(milliseconds: number): void {
    this.beatMs = milliseconds
  }

  /** A command about this call; what those about one's own seat are refused with counts. */
  readonly ask: Call = async (name, payload) => {
    try {
      const answer = await this.around.call(name, payload)
      this.heardAt = this.around.now()
      return answer
    } catch (error) {
      const isSeated = this.state.kind === "in" || this.state.kind === "waiting"
      if (error instanceof Refused) this.refused(error, isSeated && OF_OWN_SEAT.has(name))
      throw error
    }
  }

  // --- within ---

  private rx: () => readonly string[] = () => []

  private take(notice: CallNotice): void {
    if (this.state.kind === "in") {
      const { roster } = this.state
      const folded = fold(roster, notice)
      if (folded.isMissing) this.fetch()
      else if (folded.roster !== roster) this.become({ ...this.state, roster: folded.roster })
    }
    this.around.told(notice)
  }

  private tryToJoin(): void {
    if (this.isJoining || this.state.kind === "in") return
    this.isJoining = true
    this.enter()
      .catch((error: unknown) => this.missed(error))
      .finally(() => (this.isJoining = false))
  }

  private async enter(): Promise<void> {
    const { connId, token } = this.around
    const joined = await this.around.call("call.join", {
      ...{ call: this.id, conn_id: connId, caps: { e2ee: true, ice_restart: true, simulcast: false } },
      ...{ agreement_hash: this.entry.agreementHash, alone: this.entry.alone, resume_token: token ?? null },
    })
    if (this.state.kind !== "over") this.joined(joined)
  }

  private missed(error: unknown): void {
    if (error instanceof Refused) {
      const passes = error.retryAfterMs !== undefined || error.fault === "server"
      if (!passes) return this.end(ENDS[error.code] ?? { refused: error.code, fault: error.fault })
    } else if (!(error instanceof NotConnected)) return this.around.failed(error)
    const asked = error instanceof Refused ? error.retryAfterMs : 0
    this.retryAt = this.around.now() + retryDelayMs(this.attempt++, asked)
  }

  private async resume(): Promise<void> {
    if (this.state.kind !== "in") return
    const { seat, roster } = this.state
    this.joined(await this.ask("call.resume", { call: this.id, resume_token: seat.resume_token, last_seq: roster.seq }))
  }

  private joined({ seq, seat, roster, waiting, recording }: CallJoined): void {
    const now = this.around.now()
    this.heardAt = this.beatAt = now
    if (seat !== null && roster !== null) {
      this.around.keepToken(seat.resume_token)
      this.become({ kind: "in", seat, roster })
    } else if (waiting !== null) {
      this.seenSeq = seq
      this.become({ kind: "waiting", place: waiting, recording })
    }
  }

  private beat(): void {
    this.beatAt = this.around.now()
    const { state } = this
    this.run(async () => {
      const { seq } = await this.ask("call.beat", { call: this.id, rx: state.kind === "in" ? this.rx() : [] })
      if (this.roster !== undefined && seq > this.roster.seq) this.fetch()
      if (this.state.kind === "waiting" && seq !== this.seenSeq) this.tryToJoin()
    })
  }

  private fetch(): void {
    if (this.isFetching) return
    this.isFetching = true
    this.run(async () => {
      try {
        const roster = await this.ask("roster.fetch", { call: this.id })
        if (this.state.kind === "in" && roster.seq >= this.state.roster.seq) this.become({ ...this.state, roster })
      } finally {
        this.isFetching = false
      }
    })
  }

  private refused(error: Refused, isOfSeat: boolean): void {
    const why = ENDS[error.code]
    if (isOfSeat && why !== undefined) this.end(why)
  }

  /** What fails for want of a connection is done again when there is one. */
  private run(work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      if (!(error instanceof NotConnected) && !(error instanceof Refused)) this.around.failed(error)
    })
  }

  private end(why: Over): void {
    this.around.keepToken(undefined)
    this.become({ kind: "over", why })
  }

  private become(state: RoomState): void {
    this.state = state
    this.around.changed()
  }
}
