/**
 * What this device sends to a forwarder: microphone and camera, or what it presents.
 *
 * Both lines of the first are there from the start, whatever is on: turning one on puts a
 * track into its sender, and nothing is negotiated. So is somebody there who sends nothing.
 */

import { isVideo, Slot } from "../e2ee/formats/media-slots"
import type { FeedLabel, FeedPath } from "../protocol/events"
import { Leg, type LegAround, type Replacing } from "./leg"
import { limit, preferCodecs } from "./profile"
import type { Sample } from "./stats"
import { STILL_MS } from "./watchdog"

/** A presentation has no other way to tell of its candidates than its offer. */
const GATHER_MS = 1_000
/** Reports are up to 1.5 s apart, the first of a camera too; while nothing else comes from there either, less says it. */
const UNREPORTED_MS = 2_500

export class PublishLeg extends Leg {
  private isPublished = false
  private readonly senders = new Map<Slot, RTCRtpSender>()

  constructor(
    private readonly label: FeedLabel,
    around: LegAround,
    replacing: Replacing,
    /** Whether the way back is a good one. */
    private readonly isBackGood: () => boolean,
  ) {
    super(around, replacing, "publish")
    for (const slot of this.slots()) this.add(slot)
    this.wake()
  }

  /** Puts what this device sends now into its slot. */
  send(slot: Slot): void {
    this.senders
      .get(slot)
      ?.replaceTrack(this.around.track(slot) ?? null)
      .catch(this.around.failed)
  }

  protected async bringAbout(): Promise<void> {
    if (this.isPublished) return
    await this.pc.setLocalDescription()
    if (this.label === "screen") await this.gatheredAll()
    if (this.isOver()) return
    await this.take((await this.ask("feed.publish", { label: this.label, jsep: this.jsep() })).jsep.sdp)
    this.isPublished = true
  }

  protected override async mend(): Promise<void> {
    if (this.label === "main") return super.mend()
    // The server knows one way out for each device, and it is not this one: published once more.
    if (this.wantsPath) this.replacing.replace(undefined)
    this.wantsPath = false
  }

  protected async askForPath(): Promise<FeedPath> {
    this.pc.restartIce()
    await this.pc.setLocalDescription()
    return this.ask("feed.restart", { direction: "publish", jsep: this.jsep() })
  }

  protected async takePath({ jsep }: FeedPath): Promise<void> {
    if (jsep !== null) await this.take(jsep.sdp)
  }

  /** Whoever receives something reports so; of nothing there is no word, and the path is asked. */
  protected get isClaimed(): boolean {
    return this.slots().some((slot) => this.around.track(slot) !== undefined)
  }

  protected override missing({ reported }: Sample) {
    return { bytes: reported, stillMs: this.isBackGood() ? UNREPORTED_MS : STILL_MS, isOutward: true }
  }

  private async take(sdp: string): Promise<void> {
    if (this.isOver()) return
    await this.pc.setRemoteDescription({ type: "answer", sdp })
    this.up()
  }

  private slots(): readonly Slot[] {
    if (this.label === "main") return [Slot.microphone, Slot.camera]
    return [Slot.screen, Slot.screenAudio].filter((slot) => this.around.track(slot) !== undefined)
  }

  private add(slot: Slot): void {
    const kind = isVideo(slot) ? "video" : "audio"
    const isUsed = slot !== Slot.camera || this.around.hasPictures
    const transceiver = this.pc.addTransceiver(kind, { direction: isUsed ? "sendonly" : "inactive" })
    preferCodecs(transceiver, kind)
    const { sender } = transceiver
    this.senders.set(slot, sender)
    this.around.frames.sends(sender, slot)
    sender
      .replaceTrack(this.around.track(slot) ?? null)
      .then(() => limit(sender, slot, this.around.profile))
      .catch(() => undefined)
  }

  private gatheredAll(): Promise<void> {
    if (this.pc.iceGatheringState === "complete") return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, GATHER_MS)
      this.pc.addEventListener("icegatheringstatechange", () => {
        if (this.pc.iceGatheringState !== "complete") return
        clearTimeout(timer)
        resolve()
      })
    })
  }
}
