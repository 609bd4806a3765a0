/**
 * Everything that others send, over one connection that a forwarder offers.
 *
 * Which feed a line carries the forwarder says, and who sends a feed the roster. Each line
 * gets its transform in the task in which it appears: a line of which nothing is known gets
 * one as well, for nobody's frames, so that nothing ever comes through as it is.
 */

import type { Slot } from "../e2ee/formats/media-slots"
import { NotConnected } from "../protocol/errors"
import type { FeedOffer, FeedPath, FeedView, Jsep, RosterMember } from "../protocol/events"
import { Leg, type LegAround, type Replacing, type Row } from "./leg"
import { changes, isClaimed, slotOf } from "./leg-rules"

const NOBODY = ""

interface ReceivedLine {
  readonly transceiver: RTCRtpTransceiver
  /** What its transform is for. */
  readonly use: string
  readonly slot: Slot
  readonly view: FeedView | undefined
}

export class SubscribeLeg extends Leg {
  private want: ReadonlyMap<string, FeedView> = new Map()
  private members: readonly RosterMember[] = []
  private readonly had = new Set<string>()
  /** From each m-line to its feed, as the newest offer has it. */
  private feedOf: ReadonlyMap<string, string> = new Map()
  private readonly lines = new Map<string, ReceivedLine>()
  private readonly bytes = new Map<string, number>()
  /** An answer that the server has not taken so far. */
  private answer: { readonly offer: number; readonly jsep: Jsep } | undefined

  constructor(around: LegAround, replacing: Replacing) {
    super(around, replacing, "subscribe")
    this.pc.addEventListener("track", ({ transceiver }) => {
      this.adopt(transceiver)
      around.changed()
    })
  }

  /** Receives these, and no others. */
  receive(want: ReadonlyMap<string, FeedView>, members: readonly RosterMember[]): void {
    this.want = want
    this.members = members
    const { add, drop } = changes(want, this.had)
    if (add.length + drop.length > 0) this.wake()
  }

  received(member: string, slot: Slot): MediaStreamTrack | undefined {
    return this.lineOf(member, slot)?.transceiver.receiver.track
  }

  receiver(member: string, slot: Slot): RTCRtpReceiver | undefined {
    return this.lineOf(member, slot)?.transceiver.receiver
  }

  /** All that came in of each device, so far. */
  get bytesOf(): ReadonlyMap<string, number> {
    const sums = new Map<string, number>()
    for (const [mid, { view }] of this.lines) {
      if (view !== undefined) sums.set(view.device, (sums.get(view.device) ?? 0) + (this.bytes.get(mid) ?? 0))
    }
    return sums
  }

  protected async bringAbout(): Promise<void> {
    await this.sendAnswer()
    const { add, drop } = changes(this.want, this.had)
    if (drop.length > 0) {
      const offered = await this.ask("feed.unsubscribe", { feeds: drop })
      for (const feed of drop) this.had.delete(feed)
      await this.take(offered)
    }
    if (add.length === 0 || this.isOver()) return
    const offered = await this.ask("feed.subscribe", { feeds: add })
    const carried = new Set(offered.map.map(({ feed }) => feed))
    for (const feed of add) if (carried.has(feed)) this.had.add(feed)
    await this.take(offered)
    // The forwarder did not have all of them: asked again, if the roster still does.
    if (add.some((feed) => !carried.has(feed))) throw new NotConnected("a feed is not there yet")
  }

  protected override superseded(): void {
    // What is received already is named once more, and the newer offer is the answer.
    this.had.clear()
    this.answer = undefined
    super.superseded()
  }

  protected askForPath(): Promise<FeedPath> {
    return this.ask("feed.restart", { direction: "subscribe" })
  }

  protected async takePath({ offer, jsep }: FeedPath): Promise<void> {
    if (jsep !== null) await this.respond(offer, jsep.sdp)
  }

  protected get isClaimed(): boolean {
    return isClaimed(this.want, this.had, this.members)
  }

  protected override counted(report: readonly (readonly [string, Row])[]): void {
    for (const [, row] of report) {
      const { type, mid, bytesReceived } = row
      if (type === "inbound-rtp" && typeof mid === "string" && typeof bytesReceived === "number") {
        this.bytes.set(mid, bytesReceived)
      }
    }
  }

  // --- within ---

  private async take({ offer, jsep, map }: FeedOffer): Promise<void> {
    if (this.isOver()) return
    this.feedOf = new Map(map.map(({ mid, feed }) => [mid, feed]))
    if (jsep !== null) await this.respond(offer, jsep.sdp)
    else for (const transceiver of this.pc.getTransceivers()) this.adopt(transceiver)
  }

  private async respond(offer: number, sdp: string): Promise<void> {
    await this.pc.setRemoteDescription({ type: "offer", sdp })
    for (const transceiver of this.pc.getTransceivers()) this.adopt(transceiver)
    await this.pc.setLocalDescription()
    if (this.isOver()) return
    this.answer = { offer, jsep: this.jsep() }
    await this.sendAnswer()
  }

  private async sendAnswer(): Promise<void> {
    const { answer } = this
    if (answer === undefined) return
    await this.ask("feed.answer", answer)
    if (this.answer === answer) this.answer = undefined
    this.up()
  }

  /** A line may carry another feed than before: then its frames are another one's. */
  private adopt(transceiver: RTCRtpTransceiver): void {
    const { mid, receiver } = transceiver
    if (mid === null) return
    const view = this.want.get(this.feedOf.get(mid) ?? "")
    const slot = slotOf(view?.label ?? "main", receiver.track.kind === "video")
    const device = view?.device ?? NOBODY
    const use = `${device}.${slot}`
    if (this.lines.get(mid)?.use !== use) this.around.frames.receives(receiver, slot, device)
    this.lines.set(mid, { transceiver, use, slot, view })
  }

  private lineOf(member: string, slot: Slot): ReceivedLine | undefined {
    return [...this.lines].find(
      ([mid, { view, slot: of }]) => view?.member === member && of === slot && this.feedOf.get(mid) === view.feed,
    )?.[1]
  }
}
