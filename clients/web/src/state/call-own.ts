/** What one sends in a call, as its screen shows and changes it. */

import { type Signal, signal } from "@preact/signals"
import { type SourceCode, SourceRefused } from "../call/devices"
import type { Meeting } from "../call/meeting"
import { Slot } from "../e2ee/formats/media-slots"
import { NotConnected, Refused } from "../protocol/errors"
import type { CallMedia } from "../protocol/events"
import type { Outcome } from "./asked"
import type { CallWishes, DeviceChoice, DeviceKind, MediaStep, OwnMedia, SourceState } from "./call-models"
import { problemOf } from "./outcome"
import { put } from "./same"

const NO_DEVICES: DeviceChoice = { microphones: [], cameras: [], speakers: [] }
const KINDS = { audioinput: "microphone", videoinput: "camera", audiooutput: "speaker" } as const
const OF_CODE: Readonly<Record<SourceCode, SourceState>> = {
  mic_denied: "denied",
  camera_denied: "denied",
  no_device: "no_device",
  in_use: "in_use",
}
/** Poor for so long, and another step is suggested. */
const POOR_MS = 10_000

export class LiveOwnMedia implements OwnMedia {
  readonly microphone = signal<SourceState>("off")
  readonly camera = signal<SourceState>("off")
  readonly screen = signal<SourceState>("off")
  readonly step: Signal<MediaStep>
  readonly suggested = signal<MediaStep | undefined>(undefined)
  readonly devices = signal<DeviceChoice>(NO_DEVICES)
  readonly invited = signal(false)
  readonly canShare = "getDisplayMedia" in navigator.mediaDevices
  private poorSince: number | undefined

  constructor(
    private readonly meeting: () => Meeting,
    private readonly wishes: CallWishes,
    media: CallMedia,
  ) {
    this.step = signal(media)
  }

  /** What is on may have changed without anybody here asking for it. */
  look(isHeldMute: boolean, isPoor: boolean, now: number): void {
    const { sources } = this.meeting()
    this.note(this.microphone, sources.isOn(Slot.microphone))
    this.note(this.camera, sources.isOn(Slot.camera))
    this.note(this.screen, sources.isOn(Slot.screen))
    if (isHeldMute) {
      // Off as well: once they may speak again, nothing but their own wish turns it on.
      if (sources.isOn(Slot.microphone)) void sources.setMicrophone(false)
      put(this.microphone, "held_by_moderator")
    } else if (this.microphone.peek() === "held_by_moderator") put(this.microphone, "off")
    this.poorSince = isPoor ? (this.poorSince ?? now) : undefined
    const isLong = this.poorSince !== undefined && now - this.poorSince >= POOR_MS
    put(this.suggested, isLong ? lower(this.step.peek()) : undefined)
  }

  setMicrophone(on: boolean): Promise<Outcome> {
    this.invited.value = false
    return this.turn(this.microphone, on, (meeting) => meeting.sources.setMicrophone(on))
  }

  async setCamera(on: boolean): Promise<Outcome> {
    if (on) this.step.value = "video"
    return this.turn(this.camera, on, (meeting) => meeting.sources.setCamera(on))
  }

  setScreen(on: boolean): Promise<Outcome> {
    return this.turn(this.screen, on, async ({ room, sources }) => {
      if (on) await room.ask("screen.claim", { call: room.id })
      try {
        await sources.setScreen(on)
      } finally {
        if (!sources.isOn(Slot.screen)) await room.ask("screen.release", { call: room.id })
      }
    })
  }

  async setStep(step: MediaStep): Promise<Outcome> {
    this.step.value = step
    if (step !== "video") await this.setCamera(false)
    return step === "text" ? this.setMicrophone(false) : { done: true }
  }

  async choose(kind: DeviceKind, id: string): Promise<Outcome> {
    this.wishes[kind].value = id
    await this.lookForDevices()
    if (kind === "speaker") return { done: true }
    const slot = kind === "microphone" ? Slot.microphone : Slot.camera
    return this.turn(
      kind === "microphone" ? this.microphone : this.camera,
      true,
      ({ sources }) => sources.renew(slot),
      false,
    )
  }

  async lookForDevices(): Promise<void> {
    put(this.devices, await choiceOf(this.wishes))
  }

  private note(state: typeof this.microphone, isOn: boolean): void {
    if (isOn) put(state, "on")
    else if (state.peek() === "on") put(state, "off")
  }

  private async turn(
    state: typeof this.microphone,
    on: boolean,
    work: (meeting: Meeting) => Promise<void>,
    starts = true,
  ): Promise<Outcome> {
    if (on && starts) state.value = "starting"
    try {
      await work(this.meeting())
      if (state.peek() === "starting" || !on) state.value = on ? "on" : "off"
      await this.lookForDevices()
      return { done: true }
    } catch (error) {
      state.value = error instanceof SourceRefused ? OF_CODE[error.code] : "off"
      return refusedOf(error)
    }
  }
}

/** What a person is told of a device that could not be had. */
export function refusedOf(error: unknown): Outcome {
  if (error instanceof SourceRefused) return { done: false, problem: { code: error.code, fault: "yours" } }
  if (error instanceof NotConnected || error instanceof Refused) {
    const problem = problemOf(error)
    if (problem !== undefined) return { done: false, problem }
  }
  // The browser's own picker was closed without a choice.
  if (error instanceof DOMException) return { done: false, problem: { code: "not_chosen", fault: "yours" } }
  throw error
}

/** The devices of this browser, with those that are wished for. */
export async function choiceOf(wishes: CallWishes): Promise<DeviceChoice> {
  const found = await navigator.mediaDevices.enumerateDevices()
  const of = (kind: keyof typeof KINDS) => {
    const wished = wishes[KINDS[kind]].peek()
    const ids = found.filter((device) => device.kind === kind && device.deviceId !== "")
    const hasWished = ids.some(({ deviceId }) => deviceId === wished)
    return ids.map(({ deviceId, label }, index) => ({
      ...{ id: deviceId, label },
      isChosen: hasWished ? deviceId === wished : index === 0,
    }))
  }
  return { microphones: of("audioinput"), cameras: of("videoinput"), speakers: of("audiooutput") }
}

function lower(step: MediaStep): MediaStep | undefined {
  return step === "video" ? "audio" : step === "audio" ? "text" : undefined
}
