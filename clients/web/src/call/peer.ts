/**
 * The connection to one other device, in a call of two or three.
 *
 * Everything that `negotiation.ts` decides is done here, one thing after the other, and
 * everything that `watchdog.ts` asks for. What both sides send stands in slots: the same
 * m-line carries the microphone both ways, and another the camera, from the first offer on.
 * So turning one on is no negotiation.
 *
 * Transforms are set in the task in which a sender or receiver appears. A frame that is there
 * before would be lost, and one that is sent before would be refused.
 */

import { isVideo, Slot } from "../e2ee/formats/media-slots"
import type { Frames } from "./frames"
import { type Line, looked, type Minute, UNKNOWN } from "./line"
import {
  begin,
  type Candidate,
  decide,
  type Negotiation,
  type NegotiationEffect,
  type NegotiationEvent,
  type Signal,
} from "./negotiation"
import { limit, preferCodecs, type Profile } from "./profile"
import { type Quality, qualityOf, type Sample, sampleOf, WINDOW_MS } from "./stats"
import { look, netChanged, otherTries, rebuilt, type Remedy, STILL_MS, type Watch, watch } from "./watchdog"

const BATCH_MS = 50

export interface Other {
  readonly member: string
  readonly device: string
  readonly connEpoch: number
}

export type RestartReason = "disconnected" | "watchdog" | "net_change"

export interface PeerAround {
  readonly frames: Pick<Frames, "sends" | "receives">
  readonly profile: Profile
  readonly hasPictures: boolean
  readonly now: () => number
  readonly random: () => number
  readonly configuration: () => RTCConfiguration
  /** Asks for fresh credentials; without an answer the ones that there are go on. */
  readonly refresh: () => Promise<void>
  /** What this device sends; undefined for what is off. */
  readonly track: (slot: Slot) => MediaStreamTrack | undefined
  readonly tell: (other: Other, generation: number, signal: Signal, mids: ReadonlyMap<string, Slot>) => Promise<void>
  readonly restarts: (other: Other, generation: number, reason: RestartReason) => void
  /** The other says that it sends, and is there. */
  readonly isClaimed: (other: Other) => boolean
  readonly changed: () => void
  readonly failed: (error: unknown) => void
}

export class Peer {
  quality: Quality | undefined
  private pc: RTCPeerConnection
  private negotiation: Negotiation
  private watch: Watch
  private isRelayed = false
  private isLooking = false
  private isClosed = false
  private mids: ReadonlyMap<string, Slot> = new Map()
  private samples: readonly Sample[] = []
  private minute: Minute | undefined
  private batch: Candidate[] = []
  private chain: Promise<void> = Promise.resolve()
  private out: Promise<void> = Promise.resolve()
  private readonly slots = new Map<Slot, RTCRtpTransceiver>()

  constructor(
    readonly other: Other,
    own: string,
    isNewcomer: boolean,
    private readonly around: PeerAround,
  ) {
    this.negotiation = begin(own, other.member, isNewcomer)
    this.watch = watch(around.now())
    this.pc = this.build(isNewcomer)
  }

  get generation(): number {
    return this.negotiation.generation
  }

  /** In the last whole minute. */
  get line(): Line {
    return this.minute?.line ?? UNKNOWN
  }

  /** Nothing comes at the moment, and it is worked on. */
  get isMending(): boolean {
    return this.watch.trouble !== undefined
  }

  /** Over how many connections, and what came over the last one. */
  get last(): Sample | undefined {
    return this.samples.at(-1)
  }

  /** What the other sends; one that is off has a track that says nothing. */
  received(slot: Slot): MediaStreamTrack | undefined {
    const transceiver = this.slots.get(slot)
    const direction = transceiver?.currentDirection
    return direction === "sendrecv" || direction === "recvonly" ? transceiver?.receiver.track : undefined
  }

  /** From 0 to 1, of who speaks. */
  level(): number {
    const receiver = this.slots.get(Slot.microphone)?.receiver
    return receiver?.getSynchronizationSources()[0]?.audioLevel ?? 0
  }

  hear(generation: number, signal: Signal, mids: ReadonlyMap<string, Slot>): void {
    if (signal.kind === "offer" && generation >= this.generation) this.watch = otherTries(this.watch, this.around.now())
    this.take((signalling) => {
      if (generation >= this.generation && mids.size > 0) this.mids = mids
      return { kind: "heard", generation, signal, signalling }
    })
  }

  /** Puts what this device sends now into its slot. */
  send(slot: Slot): void {
    const track = this.around.track(slot)
    const transceiver = this.slots.get(slot) ?? (track === undefined ? undefined : this.add(this.pc, slot))
    if (transceiver === undefined) return
    transceiver.direction = this.directionOf(slot)
    transceiver.sender.replaceTrack(track ?? null).catch(this.around.failed)
  }

  netChanged(): void {
    this.watch = netChanged(this.watch, this.around.now())
  }

  /** Four times a second. */
  async tick(): Promise<void> {
    if (this.isLooking || this.isClosed) return
    this.isLooking = true
    try {
      await this.examine()
    } finally {
      this.isLooking = false
    }
  }

  close(): void {
    this.isClosed = true
    this.pc.close()
  }

  // --- negotiation ---

  private take(event: (signalling: RTCSignalingState) => NegotiationEvent): void {
    this.chain = this.chain.then(() => this.handle(event)).catch(this.around.failed)
  }

  private async handle(of: (signalling: RTCSignalingState) => NegotiationEvent): Promise<void> {
    if (this.isClosed) return
    const [negotiation, effects] = decide(this.negotiation, of(this.pc.signalingState))
    this.negotiation = negotiation
    for (const effect of effects) {
      const { pc } = this
      try {
        await this.run(effect)
      } catch (error) {
        // What a connection that was closed meanwhile says is of no interest.
        if (this.isOver(pc)) return
        throw error
      }
    }
    this.around.changed()
  }

  private async run(effect: NegotiationEffect): Promise<void> {
    const { pc } = this
    switch (effect.kind) {
      case "build":
        this.rebuild(effect.offers)
        break
      case "offer":
        await pc.setLocalDescription()
        this.describe(pc)
        break
      case "answer":
        await pc.setRemoteDescription({ type: "offer", sdp: effect.sdp })
        this.adopt(pc)
        await pc.setLocalDescription()
        this.describe(pc)
        break
      case "accept":
        await pc.setRemoteDescription({ type: "answer", sdp: effect.sdp })
        break
      case "add":
        for (const { mid, candidate } of effect.candidates) {
          await pc.addIceCandidate({ sdpMid: mid, candidate }).catch(() => undefined)
        }
        break
      case "restart":
        pc.restartIce()
    }
  }

  private describe(pc: RTCPeerConnection): void {
    const { localDescription } = pc
    if (localDescription === null || (localDescription.type !== "offer" && localDescription.type !== "answer")) return
    const mids = new Map<string, Slot>()
    for (const [slot, { mid }] of this.slots) if (mid !== null) mids.set(mid, slot)
    this.tell({ kind: localDescription.type, sdp: localDescription.sdp }, mids)
  }

  private tell(signal: Signal, mids: ReadonlyMap<string, Slot> = new Map()): void {
    const { generation } = this
    this.out = this.out
      .then(async () => {
        if (!this.isClosed && generation === this.generation)
          await this.around.tell(this.other, generation, signal, mids)
      })
      .catch(this.around.failed)
  }

  private rebuild(offers: boolean): void {
    this.pc.close()
    this.slots.clear()
    this.batch = []
    this.samples = []
    this.watch = rebuilt(this.watch, this.around.now())
    this.pc = this.build(offers)
    this.around.changed()
  }

  private build(offers: boolean): RTCPeerConnection {
    const pc = new RTCPeerConnection(this.configuration())
    pc.addEventListener("negotiationneeded", () => {
      this.take((signalling) => ({ kind: "needed", signalling: pc === this.pc ? signalling : "closed" }))
    })
    pc.addEventListener("icecandidate", ({ candidate }) => this.gathered(pc, candidate))
    pc.addEventListener("connectionstatechange", () => void this.tick().catch(this.around.failed))
    pc.addEventListener("track", ({ transceiver }) => {
      const slot = this.mids.get(transceiver.mid ?? "")
      if (slot !== undefined) this.receives(transceiver, slot)
      this.around.changed()
    })
    if (offers) for (const slot of this.usual()) this.add(pc, slot)
    return pc
  }

  private configuration(): RTCConfiguration {
    const { iceTransportPolicy, ...rest } = this.around.configuration()
    return {
      ...rest,
      bundlePolicy: "max-bundle",
      iceTransportPolicy: this.isRelayed ? "relay" : (iceTransportPolicy ?? "all"),
    }
  }

  private isOver(pc: RTCPeerConnection): boolean {
    return pc !== this.pc || this.isClosed
  }

  // --- slots ---

  private usual(): readonly Slot[] {
    const shared = [Slot.screen, Slot.screenAudio].filter((slot) => this.around.track(slot) !== undefined)
    return [Slot.microphone, Slot.camera, ...shared]
  }

  private add(pc: RTCPeerConnection, slot: Slot): RTCRtpTransceiver {
    const kind = isVideo(slot) ? "video" : "audio"
    const transceiver = pc.addTransceiver(kind, { direction: this.directionOf(slot) })
    preferCodecs(transceiver, kind)
    this.receives(transceiver, slot)
    this.fill(transceiver, slot)
    return transceiver
  }

  /** After an offer of the other side: its m-lines are the ones, whatever this side had begun. */
  private adopt(pc: RTCPeerConnection): void {
    for (const transceiver of pc.getTransceivers()) {
      const slot = this.mids.get(transceiver.mid ?? "")
      if (slot === undefined) continue
      const before = this.slots.get(slot)
      if (before !== undefined && before !== transceiver && before.mid === null) before.stop()
      if (before !== transceiver) this.fill(transceiver, slot)
      transceiver.direction = this.directionOf(slot)
    }
  }

  private fill(transceiver: RTCRtpTransceiver, slot: Slot): void {
    this.slots.set(slot, transceiver)
    const { sender } = transceiver
    this.around.frames.sends(sender, slot)
    sender
      .replaceTrack(this.around.track(slot) ?? null)
      .then(() => limit(sender, slot, this.around.profile))
      .catch(() => undefined)
  }

  private receives(transceiver: RTCRtpTransceiver, slot: Slot): void {
    if (transceiver.receiver.transform !== null) return
    this.around.frames.receives(transceiver.receiver, slot, this.other.device)
  }

  private directionOf(slot: Slot): RTCRtpTransceiverDirection {
    if (slot === Slot.microphone) return "sendrecv"
    if (slot === Slot.camera) return this.around.hasPictures ? "sendrecv" : "inactive"
    return this.around.track(slot) === undefined ? "recvonly" : "sendrecv"
  }

  private gathered(pc: RTCPeerConnection, found: RTCIceCandidate | null): void {
    if (pc !== this.pc || found === null || found.candidate === "") return
    if (this.batch.length === 0) setTimeout(() => this.flush(pc), BATCH_MS)
    this.batch.push({ mid: found.sdpMid ?? "0", candidate: found.candidate })
  }

  private flush(pc: RTCPeerConnection): void {
    if (pc !== this.pc || this.batch.length === 0) return
    this.tell({ kind: "candidates", candidates: this.batch.splice(0) })
  }

  // --- watching ---

  private async examine(): Promise<void> {
    const { pc } = this
    const now = this.around.now()
    const report = (await pc.getStats()) as unknown as Iterable<readonly [string, Readonly<Record<string, unknown>>]>
    if (this.isOver(pc)) return
    const sample = sampleOf(report, now)
    this.samples = [...this.samples.filter(({ at }) => now - at <= WINDOW_MS), sample]
    this.quality = qualityOf(this.samples)
    this.minute = looked(this.minute, sample)
    const wasMending = this.isMending
    const isClaimed = this.around.isClaimed(this.other)
    const reading = { ...sample, now, state: pc.connectionState, isClaimed, stillMs: STILL_MS, isOutward: false }
    const [after, remedy] = look(this.watch, reading, this.negotiation.isPolite, this.around.random)
    this.watch = after
    if (remedy !== undefined) await this.mend(remedy, pc)
    else if (wasMending !== this.isMending) this.around.changed()
  }

  private async mend(remedy: Remedy, pc: RTCPeerConnection): Promise<void> {
    const isCut = pc.connectionState === "disconnected" || pc.connectionState === "failed"
    this.around.restarts(this.other, this.generation, isCut ? "disconnected" : "watchdog")
    await this.around.refresh()
    if (this.isOver(pc)) return
    if (remedy === "restart") {
      pc.setConfiguration(this.configuration())
      pc.restartIce()
      return
    }
    this.isRelayed ||= remedy === "replace_relayed" && hasRelay(this.around.configuration())
    this.take(() => ({ kind: "replace" }))
  }
}

function hasRelay({ iceServers = [] }: RTCConfiguration): boolean {
  return iceServers.some(({ urls }) => [urls].flat().some((url) => url.startsWith("turn")))
}
