/** Microphone, camera and screen of this device, and what the browser says of them. */

import { Slot } from "../e2ee/formats/media-slots"
import { captureOf, type Profile } from "./profile"

export type SourceCode = "mic_denied" | "camera_denied" | "no_device" | "in_use"

/** A device could not be had; a person can do something about it. */
export class SourceRefused extends Error {
  constructor(readonly code: SourceCode) {
    super(code)
    this.name = "SourceRefused"
  }
}

export interface Chosen {
  readonly microphone: string
  readonly camera: string
}

/**
 * What this device sends, by slot. A microphone that was on goes on sending silence when it
 * is muted: so the others can tell silence from a line that is cut. A camera that is off is
 * let go of, and its light goes out.
 */
export class OwnSources {
  private readonly tracks = new Map<Slot, MediaStreamTrack>()
  private isHeld = false

  /** `changed`: what goes out in this slot is another track, or none. */
  constructor(
    private readonly profile: () => Profile,
    private readonly chosen: () => Chosen,
    private readonly changed: (slot: Slot) => void,
  ) {}

  /** What is sent; nothing while it is held. */
  track(slot: Slot): MediaStreamTrack | undefined {
    return this.isHeld ? undefined : this.tracks.get(slot)
  }

  /** What is captured, whether or not it is sent. */
  captured(slot: Slot): MediaStreamTrack | undefined {
    return this.tracks.get(slot)
  }

  isOn(slot: Slot): boolean {
    const track = this.tracks.get(slot)
    return track?.readyState === "live" && track.enabled
  }

  /** Throws `SourceRefused`. */
  async setMicrophone(on: boolean): Promise<void> {
    const track = this.tracks.get(Slot.microphone)
    if (track?.readyState === "live") {
      track.enabled = on
      this.changed(Slot.microphone)
    } else if (on) await this.openMicrophone()
  }

  async setCamera(on: boolean): Promise<void> {
    if (!on) return this.stop(Slot.camera)
    if (this.isOn(Slot.camera)) return
    const { camera } = this.chosen()
    this.put(Slot.camera, await captured("camera", { video: captureOf(this.profile(), camera) }))
  }

  async setScreen(on: boolean): Promise<void> {
    if (!on) return this.stop(Slot.screen)
    if (this.isOn(Slot.screen)) return
    const { rate } = this.profile().screen
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: rate, max: rate } } })
    const [track] = stream.getVideoTracks()
    if (track !== undefined) this.put(Slot.screen, track)
  }

  /** With the devices that are chosen now, where they are on. */
  async renew(slot: Slot): Promise<void> {
    if (slot === Slot.camera && this.isOn(Slot.camera)) {
      this.stop(Slot.camera)
      await this.setCamera(true)
    }
    const microphone = this.tracks.get(Slot.microphone)
    if (slot === Slot.microphone && microphone !== undefined) {
      const { enabled } = microphone
      await this.openMicrophone()
      if (!enabled) await this.setMicrophone(false)
    }
  }

  /** Nothing is sent while the server does not know whether one is there. */
  hold(isHeld: boolean): void {
    if (this.isHeld === isHeld) return
    this.isHeld = isHeld
    for (const slot of this.tracks.keys()) this.changed(slot)
  }

  close(): void {
    for (const track of this.tracks.values()) track.stop()
    this.tracks.clear()
  }

  private async openMicrophone(): Promise<void> {
    const { microphone } = this.chosen()
    const wish = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 }
    const device = microphone === "" ? {} : { deviceId: { exact: microphone } }
    this.put(Slot.microphone, await captured("microphone", { audio: { ...wish, ...device } }))
  }

  private put(slot: Slot, track: MediaStreamTrack): void {
    this.tracks.get(slot)?.stop()
    this.tracks.set(slot, track)
    // Taken away by the browser or its person, without us.
    track.addEventListener("ended", () => {
      if (this.tracks.get(slot) === track) this.stop(slot)
    })
    this.changed(slot)
  }

  private stop(slot: Slot): void {
    this.tracks.get(slot)?.stop()
    if (this.tracks.delete(slot)) this.changed(slot)
  }
}

/** The one track of a wish. Throws `SourceRefused`. */
export async function captured(what: "microphone" | "camera", wish: MediaStreamConstraints): Promise<MediaStreamTrack> {
  try {
    const [track] = (await navigator.mediaDevices.getUserMedia(wish)).getTracks()
    if (track !== undefined) return track
  } catch (error) {
    throw new SourceRefused(codeOf(what, error))
  }
  throw new SourceRefused("no_device")
}

/** Of the names that the standard gives (W3C Media Capture §10.2). */
export function codeOf(what: "microphone" | "camera", error: unknown): SourceCode {
  const name = error instanceof Error ? error.name : ""
  if (name === "NotFoundError" || name === "OverconstrainedError") return "no_device"
  if (name === "NotReadableError" || name === "AbortError") return "in_use"
  return what === "microphone" ? "mic_denied" : "camera_denied"
}
