/**
 * One connection with a forwarder, from its beginning to its end.
 *
 * What it should be is brought about by one task, one step after the other: so an offer is
 * answered before the next is asked for. What fails for want of an answer is done again, and
 * what flows goes on meanwhile. A connection that has to be another one is another object:
 * nothing that was under way for the old one can touch it.
 */

import type { Call } from "../account/keys"
import type { Slot } from "../e2ee/formats/media-slots"
import { NotConnected, Refused } from "../protocol/errors"
import type { Commands, FeedDirection, FeedPath, Jsep } from "../protocol/events"
import type { Frames } from "./frames"
import { type FeedCommand, retryMs, type Verdict, verdictOf } from "./leg-rules"
import { type Line, looked, type Minute, UNKNOWN } from "./line"
import type { Profile } from "./profile"
import { type Quality, qualityOf, type Sample, sampleOf, WINDOW_MS } from "./stats"
import { look, netChanged, type Reading, STILL_MS, type Watch, watch } from "./watchdog"

/** Before a connection is given up whose description the browser does not take. */
const GIVE_UP_MS = 1_000

export interface LegAround {
  readonly call: string
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
  /** Asks the server. A refusal is about the connection, and not about the seat. */
  readonly ask: Call
  readonly changed: () => void
  readonly failed: (error: unknown) => void
}

/** What becomes of a connection that has to be another one. */
export interface Replacing {
  /** `epoch`: of one's own feeds from now on, where the server says so. */
  readonly replace: (epoch: number | undefined) => void
  /** The server is asked for another path. */
  readonly asking: (isAsking: boolean) => void
}

export type Row = Readonly<Record<string, unknown>>
type FeedPayload<Name extends FeedCommand> = Omit<Commands[Name]["payload"], "call">

export abstract class Leg {
  readonly pc: RTCPeerConnection
  quality: Quality | undefined
  last: Sample | undefined
  private isClosed = false
  /** A path is being looked for; it is asked for until there is an answer, or something comes. */
  protected wantsPath = false
  private isUp = false
  private isRunning = false
  private isWoken = false
  private isLooking = false
  private failures = 0
  private samples: readonly Sample[] = []
  private minute: Minute | undefined
  private early: RTCIceCandidate[] = []
  private isTrickling = false
  private watch: Watch

  constructor(
    protected readonly around: LegAround,
    protected readonly replacing: Replacing,
    private readonly direction: FeedDirection,
  ) {
    this.pc = new RTCPeerConnection({ ...around.configuration(), bundlePolicy: "max-bundle" })
    this.watch = watch(around.now())
    this.pc.addEventListener("icecandidate", ({ candidate }) => this.gathered(candidate))
    this.pc.addEventListener("connectionstatechange", () => void this.tick().catch(around.failed))
  }

  /** In the last whole minute. */
  get line(): Line {
    return this.minute?.line ?? UNKNOWN
  }

  /** Nothing comes at the moment, and it is worked on. */
  get isMending(): boolean {
    return this.watch.trouble !== undefined
  }

  netChanged(): void {
    this.watch = netChanged(this.watch, this.around.now())
  }

  /** Four times a second. */
  async tick(): Promise<void> {
    if (this.isLooking || this.isOver() || !this.isUp) return
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

  /** Nothing that was begun matters any more. */
  protected isOver(): boolean {
    return this.isClosed
  }

  /** Sees whether there is something to do. */
  wake(): void {
    this.isWoken = true
    if (this.isRunning || this.isOver()) return
    this.isRunning = true
    this.run()
      .catch(this.around.failed)
      .finally(() => {
        this.isRunning = false
        if (this.isWoken) this.wake()
      })
  }

  // --- of each direction ---

  /** One step towards what it should be, or several. */
  protected abstract bringAbout(): Promise<void>
  /** Another path for the same connection, as this direction asks for it. */
  protected abstract askForPath(): Promise<FeedPath>
  protected abstract takePath(path: FeedPath): Promise<void>
  /** Somebody says that they send, over this connection. */
  protected abstract get isClaimed(): boolean
  /** What is missed when nothing of it comes, and for how long. */
  protected missing({ bytes }: Sample): Pick<Reading, "bytes" | "stillMs" | "isOutward"> {
    return { bytes, stillMs: STILL_MS, isOutward: false }
  }
  /** After a refusal that says that there is something newer. */
  protected superseded(): void {
    this.isWoken = true
  }
  /** What the browser counts, for who receives from several. */
  protected counted?(report: readonly (readonly [string, Row])[]): void

  protected ask<Name extends FeedCommand>(name: Name, payload: FeedPayload<Name>): Promise<Commands[Name]["answer"]> {
    // The type of a payload without its call cannot be put together again by the compiler.
    const whole = { ...payload, call: this.around.call } as unknown as Commands[Name]["payload"]
    this.asked = name
    return this.around.ask(name, whole)
  }

  protected jsep(): Jsep {
    const { localDescription } = this.pc
    const type = localDescription?.type
    if (type !== "offer" && type !== "answer") throw new NotConnected("nothing is described")
    return { type, sdp: localDescription?.sdp ?? "", e2ee: true }
  }

  /** The forwarder knows this connection now: it is watched, and told of candidates. */
  protected up(): void {
    if (!this.isUp) this.watch = watch(this.around.now())
    this.isUp = true
    this.isTrickling = true
    for (const candidate of this.early.splice(0)) this.trickle(candidate)
    this.around.changed()
  }

  /** Where a path is looked for, it is done before anything else. */
  protected async mend(): Promise<void> {
    if (!this.wantsPath) return
    if (!this.isMending) {
      this.wantsPath = false
      return this.cured()
    }
    await this.around.refresh()
    if (this.isOver()) return
    this.replacing.asking(true)
    try {
      this.pc.setConfiguration({ ...this.around.configuration(), bundlePolicy: "max-bundle" })
      const path = await this.askForPath()
      if (this.isOver()) return
      this.wantsPath = false
      if (path.replace) this.replacing.replace(path.conn_epoch)
      else await this.takePath(path)
    } finally {
      this.replacing.asking(false)
    }
  }

  /** Something came before the server answered: what was begun is taken back. */
  protected async cured(): Promise<void> {
    if (this.pc.signalingState === "have-local-offer") await this.pc.setLocalDescription({ type: "rollback" })
  }

  // --- within ---

  private asked: FeedCommand = "feed.publish"

  private async run(): Promise<void> {
    while (this.isWoken && !this.isOver()) {
      this.isWoken = false
      try {
        await this.mend()
        if (!this.isOver()) await this.bringAbout()
        this.failures = 0
      } catch (error) {
        if (this.isOver()) return
        await this.missed(error)
      }
    }
  }

  private async missed(error: unknown): Promise<void> {
    const isAnswer = error instanceof NotConnected || error instanceof Refused
    // What the browser does not take of a description: the next one comes with another connection.
    if (!isAnswer && !(error instanceof DOMException)) throw error
    if (!isAnswer) return this.giveUp()
    const verdict: Verdict = verdictOf(this.asked, error)
    if (verdict === "never") return
    if (verdict === "superseded") return this.superseded()
    const asked = error instanceof Refused ? error.retryAfterMs : undefined
    await pause(retryMs(this.failures++, asked, this.around.random))
    if (this.isOver()) return
    if (verdict === "rebuild") this.replacing.replace(undefined)
    else this.isWoken = true
  }

  /** The server has to know of it: what it holds is the other end of this connection. */
  private async giveUp(): Promise<void> {
    await pause(GIVE_UP_MS)
    if (this.isOver()) return
    const path = await this.askForPath().catch(() => undefined)
    if (!this.isOver()) this.replacing.replace(path?.conn_epoch)
  }

  private async examine(): Promise<void> {
    const now = this.around.now()
    const report = (await this.pc.getStats()) as unknown as Iterable<readonly [string, Row]>
    if (this.isOver()) return
    const rows = [...report]
    const sample = sampleOf(rows, now)
    this.last = sample
    this.samples = [...this.samples.filter(({ at }) => now - at <= WINDOW_MS), sample]
    this.quality = qualityOf(this.samples)
    this.minute = looked(this.minute, sample)
    this.counted?.(rows)
    const [{ connectionState: state }, { isClaimed }] = [this.pc, this]
    const reading = { ...sample, ...this.missing(sample), now, state, isClaimed }
    const wasMending = this.isMending
    const [after, remedy] = look(this.watch, reading, false, this.around.random)
    this.watch = after
    if (remedy !== undefined) {
      this.wantsPath = true
      this.wake()
    }
    if (wasMending !== this.isMending) this.around.changed()
  }

  private gathered(found: RTCIceCandidate | null): void {
    if (found === null || this.isOver()) return
    if (this.isTrickling) this.trickle(found)
    else this.early.push(found)
  }

  /** A candidate that is lost is one of several; without any the forwarder learns of the path by itself. */
  private trickle({ sdpMid, candidate }: RTCIceCandidate): void {
    const { call, ask } = this.around
    ask("feed.trickle", { call, direction: this.direction, mid: sdpMid ?? "0", candidate }).catch(() => undefined)
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
