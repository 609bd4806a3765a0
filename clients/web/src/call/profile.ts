/** How much of what is sent: one profile for each way in which people are connected. */

import { Slot } from "../e2ee/formats/media-slots"
import type { Topology } from "../protocol/events"

export interface Profile {
  /** Bits a second, at the most. */
  readonly microphone: number
  readonly camera: { readonly width: number; readonly height: number; readonly rate: number; readonly bits: number }
  readonly screen: { readonly rate: number; readonly bits: number }
}

const SMALL = { width: 320, height: 240, rate: 15, bits: 250_000 } as const

export const PROFILES: Readonly<Record<Topology, Profile>> = {
  p2p: {
    microphone: 32_000,
    camera: { width: 640, height: 480, rate: 24, bits: 800_000 },
    screen: { rate: 15, bits: 1_000_000 },
  },
  mesh: {
    microphone: 32_000,
    camera: { width: 640, height: 360, rate: 20, bits: 500_000 },
    screen: { rate: 15, bits: 1_000_000 },
  },
  sfu: { microphone: 32_000, camera: SMALL, screen: { rate: 10, bits: 500_000 } },
}

export function captureOf({ camera }: Profile, device: string): MediaTrackConstraints {
  return {
    ...{ width: { ideal: camera.width }, height: { ideal: camera.height } },
    frameRate: { ideal: camera.rate, max: camera.rate },
    ...(device !== "" && { deviceId: { exact: device } }),
  }
}

/** VP8 and Opus, and nothing else: what forwards the frames has to know where they begin. */
export function preferCodecs(transceiver: RTCRtpTransceiver, kind: "audio" | "video"): void {
  const wanted = kind === "audio" ? ["audio/opus"] : ["video/vp8", "video/rtx"]
  const known = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? []
  transceiver.setCodecPreferences(known.filter(({ mimeType }) => wanted.includes(mimeType.toLowerCase())))
}

/** Holds a sender to its share. */
export async function limit(sender: RTCRtpSender, slot: Slot, profile: Profile): Promise<void> {
  const parameters = sender.getParameters()
  const [first] = parameters.encodings
  if (first === undefined) return
  first.maxBitrate = bitsOf(slot, profile)
  if (slot === Slot.camera) first.maxFramerate = profile.camera.rate
  if (slot === Slot.screen) first.maxFramerate = profile.screen.rate
  await sender.setParameters(parameters)
}

function bitsOf(slot: Slot, profile: Profile): number {
  if (slot === Slot.camera) return profile.camera.bits
  return slot === Slot.screen ? profile.screen.bits : profile.microphone
}
