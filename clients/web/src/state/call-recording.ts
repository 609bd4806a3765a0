/**
 * Recording, as far as somebody agrees to another's. This client makes none, and shows no way
 * to ask for one. Consent is signed by the device, over exactly what was shown.
 */

import { ed25519 } from "@noble/curves/ed25519.js"
import { signal } from "@preact/signals"
import type { Meeting } from "../call/meeting"
import { consentOctets } from "../call/recording-text"
import type { RecordingView, Roster } from "../protocol/events"
import type { Outcome } from "./asked"
import type { Recording, RecordingState } from "./call-models"
import { type AsDate, recordingOf } from "./call-shown"
import { outcome } from "./outcome"
import { put } from "./same"

export interface Signer {
  readonly account: string
  readonly device: string
  /** Ed25519 seed. */
  readonly devicePrivate: Uint8Array
}

export class LiveRecording implements Recording {
  readonly canRecord = false
  readonly state = signal<RecordingState>({ kind: "off", isForbidden: false })
  readonly made = signal<Blob | undefined>(undefined)
  private view: RecordingView | undefined

  constructor(
    private readonly meeting: () => Meeting,
    private readonly own: Signer,
  ) {}

  look(roster: Roster, asDate: AsDate): void {
    this.view = roster.recording ?? undefined
    const kind = roster.view.conversation_kind
    put(this.state, recordingOf(roster, this.own, asDate, kind === "crisis" || kind === "side"))
  }

  request(): Promise<Outcome> {
    return Promise.resolve({ done: false, problem: { code: "not_now", fault: "ours" } })
  }

  start(): Promise<Outcome> {
    return this.request()
  }

  consent(agrees: boolean): Promise<Outcome> {
    const { view } = this
    if (!agrees || view === undefined) return this.withdraw()
    return this.ask("recording.consent", view, {
      signature: ed25519.sign(consentOctets(this.meeting().call, view), this.own.devicePrivate),
    })
  }

  withdraw(): Promise<Outcome> {
    return this.view === undefined ? Promise.resolve({ done: true }) : this.ask("recording.withdraw", this.view, {})
  }

  stop(): Promise<Outcome> {
    return this.view === undefined ? Promise.resolve({ done: true }) : this.ask("recording.stop", this.view, {})
  }

  private ask(
    name: "recording.consent" | "recording.withdraw" | "recording.stop",
    { request }: RecordingView,
    more: { readonly signature?: Uint8Array },
  ): Promise<Outcome> {
    const { room } = this.meeting()
    const { signature = new Uint8Array(64) } = more
    return outcome(() => room.ask(name, { call: room.id, request, ...(name === "recording.consent" && { signature }) }))
  }
}
