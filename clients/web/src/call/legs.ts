/**
 * Calls that go through a forwarder: a connection to it, one from it, and one more of whoever
 * presents. When the forwarder was lost all of them are built anew, at the same time.
 */

import { Slot } from "../e2ee/formats/media-slots"
import type { FeedLabel, Roster } from "../protocol/events"
import type { LegAround, Replacing } from "./leg"
import { isAnother, wanted } from "./leg-rules"
import type { Line } from "./line"
import type { Paths } from "./paths"
import { PublishLeg } from "./publish-leg"
import type { Quality } from "./stats"
import { SubscribeLeg } from "./subscribe-leg"

const LOST_TOGETHER_MS = 1_000

export interface LegsAround extends LegAround {
  /** Whether the group has this device, as that account's. */
  readonly isLeaf: (member: string, device: string) => boolean
}

export class Legs implements Paths {
  private main: PublishLeg
  private screen: PublishLeg | undefined
  private from: SubscribeLeg
  private roster: Roster | undefined
  private epoch: number
  private asked = 0
  /** When the connection with what others send was given up. */
  private lostBackAt = -Infinity
  private readonly bytes = new Map<string, number>()

  /** `epoch`: of one's own connection, as the seat has it. */
  constructor(
    private readonly own: string,
    epoch: number,
    private readonly around: LegsAround,
  ) {
    this.epoch = epoch
    this.main = this.publish("main")
    this.from = this.subscribe()
  }

  reconcile(roster: Roster): void {
    this.roster = roster
    const told = roster.members.find(({ member }) => member === this.own)?.conn_epoch
    if (isAnother({ epoch: this.epoch, isAsking: this.asked > 0 }, told)) this.restarted(told)
    this.from.receive(this.wants(roster), roster.members)
    this.lookAtScreen()
  }

  /** Whatever is being asked: the one that was asked is not there any more. */
  restarted(epoch: number): void {
    if (epoch <= this.epoch) return
    this.epoch = epoch
    this.publishAnew()
    this.subscribeAnew()
  }

  send(slot: Slot): void {
    this.main.send(slot)
    this.screen?.send(slot)
    this.lookAtScreen()
  }

  tick(): void {
    for (const leg of this.all()) leg.tick().catch(this.around.failed)
  }

  netChanged(): void {
    for (const leg of this.all()) leg.netChanged()
  }

  received(member: string, slot: Slot): MediaStreamTrack | undefined {
    return this.from.received(member, slot)
  }

  level(member: string): number {
    return this.from.receiver(member, Slot.microphone)?.getSynchronizationSources()[0]?.audioLevel ?? 0
  }

  /** Of the one connection over which everybody comes. */
  quality(): Quality | undefined {
    return this.from.quality
  }

  line(): Line {
    return this.from.line
  }

  isMending(): boolean {
    return this.from.isMending
  }

  isRelayed(): boolean {
    return this.from.last?.relayed ?? false
  }

  heardFrom(): readonly string[] {
    return [...this.from.bytesOf].flatMap(([device, bytes]) => {
      const before = this.bytes.get(device) ?? 0
      this.bytes.set(device, bytes)
      return bytes > before ? [device] : []
    })
  }

  close(): void {
    for (const leg of this.all()) leg.close()
  }

  // --- within ---

  private all(): readonly (PublishLeg | SubscribeLeg)[] {
    return this.screen === undefined ? [this.main, this.from] : [this.main, this.from, this.screen]
  }

  private wants(roster: Roster) {
    return wanted(roster, this.own, this.around.isLeaf)
  }

  private publish(label: FeedLabel): PublishLeg {
    const replacing: Replacing = {
      replace: (epoch) => {
        if (label === "screen") return this.presentAnew()
        this.epoch = Math.max(this.epoch, epoch ?? 0)
        this.publishAnew()
      },
      asking: (isAsking) => this.asking(isAsking),
    }
    return new PublishLeg(label, this.around, replacing, () => this.isBackGood())
  }

  private subscribe(): SubscribeLeg {
    const replace = () => {
      this.lostBackAt = this.around.now()
      this.subscribeAnew()
    }
    const replacing: Replacing = { replace, asking: () => undefined }
    return new SubscribeLeg(this.around, replacing)
  }

  /** Also where another connection has just taken its place: both ways are lost at the same time. */
  private isBackGood(): boolean {
    return !this.from.isMending && this.around.now() - this.lostBackAt >= LOST_TOGETHER_MS
  }

  /** A higher number that comes while it is asked is taken from the answer; a lost one from the roster. */
  private asking(isAsking: boolean): void {
    this.asked += isAsking ? 1 : -1
    if (this.roster !== undefined && this.asked === 0) this.reconcile(this.roster)
  }

  private publishAnew(): void {
    this.main.close()
    this.main = this.publish("main")
    this.presentAnew()
    this.around.changed()
  }

  private subscribeAnew(): void {
    this.from.close()
    this.from = this.subscribe()
    this.bytes.clear()
    const { roster } = this
    if (roster !== undefined) this.from.receive(this.wants(roster), roster.members)
    this.around.changed()
  }

  private presentAnew(): void {
    this.screen?.close()
    this.screen = undefined
    this.lookAtScreen()
  }

  /** There is a connection for it from when one has something to present until one presents no more. */
  private lookAtScreen(): void {
    const presents = this.roster?.presenter === this.own
    if (!presents) {
      this.screen?.close()
      this.screen = undefined
    } else if (this.around.track(Slot.screen) !== undefined) this.screen ??= this.publish("screen")
  }
}
