/** What two devices tell each other sealed: written, and read again in the order in which it came. */

import { idBytes, idText } from "../account/ids"
import { type Beside, NotYet } from "../chat/beside"
import type { CallNotice } from "../chat/updates"
import type { Caption } from "../e2ee/formats/caption"
import type { Slot } from "../e2ee/formats/media-slots"
import type { RtcSignal } from "../e2ee/formats/rtc-signal"
import { MAX_CANDIDATES } from "../e2ee/formats/rtc-signal"
import type { Signal } from "./negotiation"
import type { Other } from "./peer"

/** How long a signal waits for the commit whose epoch it was sealed in. */
const HELD_MS = 5_000
const MAX_HELD = 200

export type SignalSent = Extract<CallNotice, { name: "signal.sent" }>["fact"]

export interface Heard {
  readonly from: Other
  readonly generation: number
  readonly signal: Signal
  readonly mids: ReadonlyMap<string, Slot>
}

/** The bodies to seal, in order: candidates may be more than one holds. */
export function bodiesOf(
  call: string,
  to: string,
  generation: number,
  signal: Signal,
  mids: ReadonlyMap<string, Slot>,
): RtcSignal[] {
  const ids = { call: idBytes(call), to: idBytes(to), pcGen: generation }
  const body: RtcSignal = { type: "rtc.signal", kind: signal.kind, ...ids, midMap: [], candidates: [] }
  if (signal.kind === "offer" || signal.kind === "answer") {
    return [{ ...body, sdp: signal.sdp, midMap: [...mids].map(([mid, slot]) => ({ mid, slot })) }]
  }
  if (signal.kind !== "candidates") return [body]
  const pieces: RtcSignal[] = []
  for (let at = 0; at < signal.candidates.length; at += MAX_CANDIDATES) {
    pieces.push({ ...body, candidates: signal.candidates.slice(at, at + MAX_CANDIDATES) })
  }
  return pieces
}

export class SignalInbox {
  private readonly waiting: { readonly fact: SignalSent; readonly at: number }[] = []
  private isOpening = false
  private isWoken = false

  /** `take` says whether its sender is there as the roster has it; if not, it is asked again. */
  constructor(
    private readonly own: { readonly call: string; readonly device: string },
    private readonly beside: () => Pick<Beside, "open"> | undefined,
    private readonly take: (heard: Heard) => boolean,
    private readonly around: {
      readonly now: () => number
      readonly captioned: (from: string, caption: Caption) => void
      readonly failed: (error: unknown) => void
    },
  ) {}

  hear(fact: SignalSent): void {
    if (this.waiting.length < MAX_HELD) this.waiting.push({ fact, at: this.around.now() })
    this.look()
  }

  /** The group or the roster may be further. */
  look(): void {
    this.isWoken = true
    if (this.isOpening) return
    this.isOpening = true
    this.run()
      .catch(this.around.failed)
      .finally(() => {
        this.isOpening = false
        // Between its last look and now there may have come another.
        if (this.isWoken) this.look()
      })
  }

  private async run(): Promise<void> {
    while (this.isWoken) {
      this.isWoken = false
      await this.pass()
    }
  }

  /** What one connection says waits for what it said before, and for nobody else's. */
  private async pass(): Promise<void> {
    const held = new Set<string>()
    for (let at = 0; at < this.waiting.length; ) {
      const next = this.waiting[at]
      if (next === undefined) return
      const { device, conn_epoch } = next.fact
      const connection = `${device} ${String(conn_epoch)}`
      const isOld = this.around.now() - next.at > HELD_MS
      const outcome = isOld ? "done" : held.has(connection) ? "nobody" : await this.open(next.fact)
      // Nothing that was sealed after it opens sooner.
      if (outcome === "later") return
      if (outcome === "done") this.waiting.splice(at, 1)
      else {
        held.add(connection)
        at += 1
      }
    }
  }

  /** `later`: of an epoch to come. `nobody`: its sender is not there, or not there any more. */
  private async open(fact: SignalSent): Promise<"done" | "later" | "nobody"> {
    const beside = this.beside()
    if (beside === undefined) return "later"
    const known = this.opened.get(fact)
    const heard = known ?? (await this.read(beside, fact))
    if (heard === "later") return "later"
    if (heard === undefined || this.take(heard)) return "done"
    this.opened.set(fact, heard)
    return "nobody"
  }

  /** Opened, with nobody there yet who would take it: it opens only once. */
  private readonly opened = new WeakMap<SignalSent, Heard>()

  private async read(beside: Pick<Beside, "open">, fact: SignalSent): Promise<Heard | "later" | undefined> {
    try {
      const told = await beside.open(fact.sealed)
      const body = told?.content.body
      if (body?.type === "caption" && idText(body.call) === this.own.call) {
        this.around.captioned(told?.from.account ?? "", body)
      }
      if (told === undefined || body?.type !== "rtc.signal") return undefined
      const { device, member, pc_gen: generation } = fact
      const isOurs = idText(body.call) === this.own.call && idText(body.to) === this.own.device
      const isTheirs = told.from.device === device && told.from.account === member && body.pcGen === generation
      if (!isOurs || !isTheirs) return undefined
      const from = { member, device, connEpoch: fact.conn_epoch }
      const mids = new Map(body.midMap.map(({ mid, slot }) => [mid, slot]))
      return { from, generation, mids, signal: signalOf(body) }
    } catch (error) {
      if (error instanceof NotYet) return "later"
      throw error
    }
  }
}

function signalOf({ kind, sdp = "", candidates }: RtcSignal): Signal {
  if (kind === "offer" || kind === "answer") return { kind, sdp }
  if (kind === "candidates") return { kind, candidates }
  return { kind }
}
