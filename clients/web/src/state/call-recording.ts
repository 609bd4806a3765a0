/**
 * A recording as the screens of a call show it, and the part of the recorder.
 *
 * What is shown is the server's word, but for a recording of this device that has ended: it
 * ends here first (`recording-rules`), and the server is told until it knows. Consent is
 * signed by the device, over exactly what was shown.
 */

import { ed25519 } from "@noble/curves/ed25519.js"
import { signal } from "@preact/signals"
import { accountKey, type Identity } from "../account/identity"
import { idBytes, newId } from "../account/ids"
import { contact } from "../account/trust"
import type { Meeting } from "../call/meeting"
import type { Elements } from "../call/recorded-picture"
import { canRecord, Recorder, type Scene } from "../call/recorder"
import { endOf, type Halt, haltOf, keeps, type Place } from "../call/recording-rules"
import { consentOctets, isKnownText, recordingTextHash } from "../call/recording-text"
import { recordingTone } from "../call/recording-tone"
import { BEAT_MS } from "../call/room"
import type { AccountIdentity } from "../e2ee/formats/identity"
import { NotConnected, Refused } from "../protocol/errors"
import type { RecordingView, RosterMember } from "../protocol/events"
import type { Vault } from "../store/vault"
import type { Outcome, Problem } from "./asked"
import type { Recording, RecordingState } from "./call-models"
import { type AsDate, recordingOf } from "./call-shown"
import { outcome } from "./outcome"
import { put } from "./same"

/** While this device records the server is to be heard often: its silence ends the recording. */
const RECORDING_BEAT_MS = 1_000
const OFF: RecordingState = { kind: "off", isForbidden: false }
const FORBIDDEN: ReadonlySet<string> = new Set(["crisis", "side"])

export interface RecordingAround {
  readonly meeting: () => Meeting
  readonly own: Identity
  readonly vault: Vault
  readonly scene: () => Scene
  readonly nameOf: (account: string) => string
  readonly asDate: AsDate
  readonly failed: (error: unknown) => void
}

/** What this device records, or did. */
interface Capture {
  /** As it was when it began. */
  view: RecordingView
  recorder: Recorder | undefined
  halt: Halt | undefined
  /** The server knows that it has stopped. */
  isConfirmed: boolean
  isTelling: boolean
  own: "kept" | "dropped" | undefined
}

export class LiveRecording implements Recording {
  readonly canRecord = canRecord()
  readonly state = signal<RecordingState>(OFF)
  readonly made = signal<Blob | undefined>(undefined)
  private view: RecordingView | undefined
  private members: readonly RosterMember[] = []
  private readonly given = new Map<string, Set<string>>()
  private capture: Capture | undefined
  private isForbidden = false
  private refused: string | undefined

  constructor(private readonly around: RecordingAround) {}

  /** Whenever anything of the call has changed, and a few times a second. */
  look(place: Place, members: readonly RosterMember[], conversationKind: string): void {
    this.isForbidden = FORBIDDEN.has(conversationKind)
    this.members = members
    if (place.kind === "in") this.take(place.recording)
    if (place.kind === "over") this.view = undefined
    this.check(place)
    this.show()
  }

  /** From the line before the call, where there is nothing to record. */
  waits(recording: RecordingView | null): void {
    this.members = []
    this.check({ kind: "waiting" })
    this.take(recording)
    this.show()
  }

  async request(purpose: string, onWithdraw: "keep" | "discard", receivers: readonly string[]): Promise<Outcome> {
    const text_hash = recordingTextHash(purpose, onWithdraw)
    const request = newId((length) => crypto.getRandomValues(new Uint8Array(length)))
    const asked = { request, purpose, text_hash, on_withdraw: onWithdraw, receivers, recorder: this.around.own.device }
    return outcome(async () => {
      const { room } = this.around.meeting()
      const view = await room.ask("recording.request", { call: room.id, ...asked })
      await this.agree(view)
    })
  }

  consent(agrees: boolean): Promise<Outcome> {
    const { view } = this
    if (!agrees || view === undefined) return this.withdraw()
    if (!isKnownText(view)) return refusal("unknown_text")
    return outcome(() => this.agree(view))
  }

  /** Of the recorder: it stops before anybody is asked. */
  async withdraw(): Promise<Outcome> {
    const { view } = this
    if (view === undefined) return { done: true }
    this.refused = view.request
    this.halt("withdrawn")
    return outcome(() => this.ask("recording.withdraw", view))
  }

  async stop(): Promise<Outcome> {
    const { view } = this
    if (view === undefined) return { done: true }
    this.halt("stopped")
    return outcome(() => this.ask("recording.stop", view))
  }

  async start(elements: Elements): Promise<Outcome> {
    const { view } = this
    if (view === undefined || this.capture?.recorder !== undefined) return { done: true }
    const receivers = await this.keysOf(view.receivers)
    if (receivers === undefined) return refusal("receiver_unknown")
    const capture: Capture = {
      ...{ view, recorder: undefined, halt: undefined, isConfirmed: false, isTelling: false, own: undefined },
    }
    this.made.value = undefined
    return outcome(async () => {
      // Before the answer: from then on this device is said to record.
      this.capture = capture
      try {
        capture.view = await this.ask("recording.start", view)
      } catch (error) {
        this.capture = undefined
        throw error
      }
      await this.record(capture, receivers, elements)
    })
  }

  /** The call is no longer on the screen: nothing stays of what was not kept elsewhere. */
  close(): void {
    void this.capture?.recorder?.discard()
    this.capture = undefined
  }

  // --- the recorder ---

  private async record(capture: Capture, receivers: readonly AccountIdentity[], elements: Elements): Promise<void> {
    const { room, frames } = this.around.meeting()
    room.beatEvery(RECORDING_BEAT_MS)
    try {
      capture.recorder = await Recorder.begin({
        ...{ receivers, elements, scene: this.around.scene, ended: (why) => this.halt(why) },
        about: { call: idBytes(room.id), request: idBytes(capture.view.request), startedAtMs: BigInt(Date.now()) },
        onTick: (tick, signal) => frames.onTick(tick, signal),
      })
    } catch (error) {
      this.around.failed(error)
      this.halt("failed")
    }
    // What came while it was being made ready.
    if (capture.halt !== undefined) this.end(capture, capture.halt)
  }

  private check(place: Place): void {
    const { capture } = this
    if (capture === undefined) return this.disown()
    if (capture.halt === undefined && (capture.recorder !== undefined || place.kind !== "in")) {
      const halt = haltOf(capture.view, place)
      if (halt !== undefined) this.halt(halt)
    }
    if (place.kind === "in" && capture.halt !== undefined && !capture.isConfirmed) this.confirm(capture)
  }

  private halt(why: Halt): void {
    const { capture } = this
    if (capture === undefined || capture.halt !== undefined) return
    capture.halt = why
    this.around.meeting().room.beatEvery(BEAT_MS)
    if (capture.recorder !== undefined) this.end(capture, why)
    this.show()
  }

  private end(capture: Capture, why: Halt): void {
    const { recorder } = capture
    if (recorder === undefined) return
    if (keeps(why, capture.view)) {
      capture.own = "kept"
      recorder.stop().then((made) => (this.made.value = made), this.around.failed)
    } else {
      capture.own = "dropped"
      recorder.discard().catch(this.around.failed)
    }
  }

  /** Says that it has stopped, until that is known. */
  private confirm(capture: Capture): void {
    if (capture.isTelling) return
    capture.isTelling = true
    this.ask("recording.stop", capture.view)
      .then(
        () => (capture.isConfirmed = true),
        (error: unknown) => {
          if (error instanceof Refused) capture.isConfirmed = error.retryAfterMs === undefined
          else if (!(error instanceof NotConnected)) this.around.failed(error)
        },
      )
      .finally(() => (capture.isTelling = false))
  }

  /** This device is said to record, and does not: the page was loaded anew. */
  private disown(): void {
    const { view } = this
    if (view?.state !== "recording" || view.recorder !== this.around.own.device) return
    this.capture = { view, recorder: undefined, halt: "failed", isConfirmed: false, isTelling: false, own: "dropped" }
  }

  // --- what is known, and shown ---

  private take(recording: RecordingView | null): void {
    this.view = recording ?? undefined
    if (recording === null) return
    const given = this.given.get(recording.request) ?? new Set()
    for (const { member } of recording.consents) given.add(member)
    this.given.set(recording.request, given)
  }

  private show(): void {
    const before = this.state.peek()
    put(this.state, this.shown())
    const now = this.state.peek()
    if (now.kind === "on" && before.kind !== "on") recordingTone("begins")
    if (now.kind !== "on" && before.kind === "on") recordingTone("ends")
  }

  private shown(): RecordingState {
    const { view, capture } = this
    const { own, nameOf, asDate } = this.around
    const isOver = view === undefined || view.request === capture?.view.request
    if (capture?.halt !== undefined && isOver) return { kind: "stopped", why: capture.halt, own: capture.own }
    if (view === undefined) return { kind: "off", isForbidden: this.isForbidden }
    if (view.state === "stopped") {
      const isHere = this.members.some(({ device }) => device === view.recorder)
      return { kind: "stopped", why: endOf(view, this.given.get(view.request) ?? new Set(), isHere), own: undefined }
    }
    return recordingOf(view, this.members, own, nameOf, asDate, this.refused === view.request)
  }

  private async agree(view: RecordingView): Promise<void> {
    const { own, meeting } = this.around
    this.refused = undefined
    const signature = ed25519.sign(consentOctets(meeting().call, view), own.devicePrivate)
    const { room } = meeting()
    await room.ask("recording.consent", { call: room.id, request: view.request, signature })
  }

  private ask(name: "recording.withdraw" | "recording.stop" | "recording.start", { request }: RecordingView) {
    const { room } = this.around.meeting()
    return room.ask(name, { call: room.id, request })
  }

  /** Undefined if somebody's key was never seen here. */
  private async keysOf(accounts: readonly string[]): Promise<readonly AccountIdentity[] | undefined> {
    const { own, vault } = this.around
    const keys = await Promise.all(
      accounts.map(async (account) => {
        const isOwn = account === own.account
        const known = isOwn ? accountKey(own).public : (await contact(vault, account))?.accountPublic
        return known && { accountId: idBytes(account), accountPublic: known }
      }),
    )
    const found = keys.filter((key) => key !== undefined)
    return found.length === accounts.length ? found : undefined
  }
}

function refusal(code: string, fault: Problem["fault"] = "ours"): Promise<Outcome> {
  return Promise.resolve({ done: false, problem: { code, fault } })
}
