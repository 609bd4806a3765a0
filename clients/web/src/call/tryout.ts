/**
 * Whether sealed sound goes and comes, before a call needs it: between two connections of
 * this page, over a relay or not, or to the forwarder and back. The key is thrown away, and
 * what is sent is opened by this page alone.
 */

import type { Call } from "../account/keys"
import { Slot } from "../e2ee/formats/media-slots"
import type { IceAccess } from "../protocol/events"
import { Frames } from "./frames"
import type { LegAround, Replacing } from "./leg"
import { preferCodecs, PROFILES } from "./profile"
import { PublishLeg } from "./publish-leg"
import { type Sample, sampleOf } from "./stats"
import { SubscribeLeg } from "./subscribe-leg"
import { POLL_MS } from "./watchdog"

/** What came of it. */
export interface Tried {
  readonly isConnected: boolean
  /** Frames that came back, and opened. */
  readonly opened: number
  /** Of the packets, from 0 to 1. */
  readonly lost: number
  readonly roundTripMs: number | undefined
}

const FIRST_MS = 8_000
/** After the first frame, so that there is something to judge by. */
const LISTEN_MS = 3_000
const SELF = "self"
const EPOCH = 1n
const BASE_BYTES = 32

export interface TryAround {
  /** The address of the built `frame-worker.ts`. */
  readonly frameWorker: string
  readonly sound: MediaStreamTrack
  readonly signal: AbortSignal
  readonly failed: (error: unknown) => void
}

/** Of a relay's servers alone, or of none: then this page's connections meet on this device. */
export async function tryHere(around: TryAround, access?: IceAccess): Promise<Tried> {
  const configuration: RTCConfiguration =
    access === undefined ? {} : { ...configured(access), iceTransportPolicy: "relay" }
  const [out, back] = [new RTCPeerConnection(configuration), new RTCPeerConnection(configuration)]
  const frames = framesOf(around)
  try {
    exchange(out, back)
    exchange(back, out)
    back.addEventListener("track", ({ receiver }) => frames.receives(receiver, Slot.microphone, SELF))
    const transceiver = out.addTransceiver("audio", { direction: "sendonly" })
    preferCodecs(transceiver, "audio")
    frames.sends(transceiver.sender, Slot.microphone)
    await transceiver.sender.replaceTrack(around.sound)
    await out.setLocalDescription()
    await back.setRemoteDescription(described(out))
    await back.setLocalDescription()
    await out.setRemoteDescription(described(back))
    return await listened(around, frames, back, access === undefined ? 0 : LISTEN_MS)
  } finally {
    frames.close()
    out.close()
    back.close()
  }
}

/** Over the connections that a call would have, in a room of one that the server has made. */
export async function tryForwarder(
  around: TryAround,
  { echo, access, ask, own }: { echo: string; access: IceAccess; ask: Call; own: { account: string } },
): Promise<Tried> {
  const frames = framesOf(around)
  const replacing: Replacing = { replace: () => undefined, asking: () => undefined }
  const legs: LegAround = {
    ...{ call: echo, frames, ask, profile: PROFILES.sfu, hasPictures: false, failed: around.failed },
    now: () => performance.now(),
    random: Math.random,
    configuration: () => ({ ...configured(access), iceTransportPolicy: access.relay ? "relay" : "all" }),
    refresh: () => Promise.resolve(),
    track: (slot) => (slot === Slot.microphone ? around.sound : undefined),
    changed: () => undefined,
  }
  const out = new PublishLeg("main", legs, replacing, () => true)
  const back = new SubscribeLeg(legs, replacing)
  try {
    await until(around, FIRST_MS, () => out.pc.remoteDescription !== null)
    const feed = `${own.account}:1`
    const view = { feed, member: own.account, device: SELF, label: "main", paused: false } as const
    back.receive(new Map([[feed, view]]), [])
    return await listened(around, frames, back.pc, LISTEN_MS)
  } finally {
    frames.close()
    out.close()
    back.close()
  }
}

async function listened(around: TryAround, frames: Frames, pc: RTCPeerConnection, forMs: number): Promise<Tried> {
  const opened = async () => (await frames.count()).opened.get(SELF) ?? 0
  const isThere = await until(around, FIRST_MS, async () => (await opened()) > 0)
  if (isThere) await until(around, forMs, () => false)
  const sample = await counted(pc)
  const whole = sample.packets + Math.max(0, sample.lost)
  return {
    isConnected: pc.connectionState === "connected",
    opened: await opened(),
    lost: whole === 0 ? 0 : Math.max(0, sample.lost) / whole,
    roundTripMs: sample.roundTripMs,
  }
}

async function counted(pc: RTCPeerConnection): Promise<Sample> {
  const report = (await pc.getStats()) as unknown as Iterable<readonly [string, Readonly<Record<string, unknown>>]>
  return sampleOf(report, performance.now())
}

function framesOf({ frameWorker }: TryAround): Frames {
  const frames = new Frames(frameWorker, POLL_MS)
  const base = crypto.getRandomValues(new Uint8Array(BASE_BYTES))
  frames.begin()
  frames.open(SELF, EPOCH, base, false)
  frames.sendUnder(EPOCH, base)
  return frames
}

function configured({ ice_servers }: IceAccess): RTCConfiguration {
  return {
    iceServers: ice_servers.map(({ urls, username, credential }) => ({ urls: [...urls], username, credential })),
  }
}

function described({ localDescription }: RTCPeerConnection): RTCSessionDescriptionInit {
  return localDescription ?? { type: "rollback" }
}

/** Candidates of one are the other's; those that come too early wait for its description. */
function exchange(from: RTCPeerConnection, to: RTCPeerConnection): void {
  const early: RTCIceCandidate[] = []
  const add = (candidate: RTCIceCandidate) => to.addIceCandidate(candidate).catch(() => undefined)
  from.addEventListener("icecandidate", ({ candidate }) => {
    if (candidate === null) return
    if (to.remoteDescription === null) early.push(candidate)
    else void add(candidate)
  })
  to.addEventListener("signalingstatechange", () => {
    if (to.remoteDescription !== null) for (const candidate of early.splice(0)) void add(candidate)
  })
}

/** Whether it came to hold in time. */
async function until({ signal }: TryAround, forMs: number, holds: () => boolean | Promise<boolean>): Promise<boolean> {
  const end = performance.now() + forMs
  while (!(await holds())) {
    if (performance.now() >= end || signal.aborted) return false
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return true
}
