/** Keeps the frame worker in step with the group of a call (`key-ring.ts`). */

import { type Bases, type Beside, NotYet } from "../chat/beside"
import { NotConnected, Refused } from "../protocol/errors"
import type { Frames } from "./frames"
import { type KeyEffect, type KeyEvent, type KeyRing, keyRing, turn } from "./key-ring"

export interface KeysAround {
  readonly frames: Pick<Frames, "begin" | "sendUnder" | "open" | "forget" | "stop">
  readonly confirm: (epoch: number, transition: number) => Promise<unknown>
  readonly failed: (error: unknown) => void
  readonly now: () => number
}

export class CallKeys {
  private ring: KeyRing | undefined
  private devices: ReadonlySet<string> = new Set()
  private readonly bases = new Map<number, Bases>()
  private chain: Promise<void> = Promise.resolve()

  constructor(
    private readonly beside: Pick<Beside, "bases">,
    private readonly around: KeysAround,
  ) {}

  /** There are keys to send and to open with. */
  get isReady(): boolean {
    return this.ring !== undefined
  }

  /** Of the keys that were installed last. */
  get epoch(): number | undefined {
    return this.ring?.epoch
  }

  /** The group may have changed: after each commit, and once at the beginning. */
  look(): Promise<void> {
    this.chain = this.chain.then(() => this.follow()).catch(this.around.failed)
    return this.chain
  }

  prepared(epoch: number, transition: number, cause: string): void {
    this.take({ kind: "prepared", epoch, transition, cause })
    void this.look()
  }

  switched(epoch: number): void {
    this.take({ kind: "switched", epoch })
  }

  /** To be called now and then. */
  tick(): void {
    this.take({ kind: "time" })
  }

  private async follow(): Promise<void> {
    let bases: Bases
    try {
      bases = await this.beside.bases()
    } catch (error) {
      // Before long the reader or the log of keys gets further, and calls again.
      if (error instanceof NotYet || error instanceof NotConnected || error instanceof Refused) return
      throw error
    }
    const epoch = Number(bases.epoch)
    if (this.ring !== undefined && epoch <= this.ring.epoch) return
    const devices = new Set(bases.byDevice.keys())
    const gone = [...this.devices].filter((device) => !devices.has(device))
    this.devices = devices
    this.bases.set(epoch, bases)
    if (this.ring === undefined) {
      this.ring = keyRing(epoch)
      this.around.frames.begin()
      this.run({ kind: "install", epoch, isRemoval: false })
      this.run({ kind: "send", epoch })
    } else this.take({ kind: "processed", epoch, hasRemoved: gone.length > 0 })
    for (const device of gone) this.around.frames.forget(device)
  }

  private take(event: KeyEvent): void {
    if (this.ring === undefined) return
    const [ring, effects] = turn(this.ring, event, this.around.now())
    this.ring = ring
    for (const effect of effects) this.run(effect)
  }

  private run(effect: KeyEffect): void {
    const { frames } = this.around
    switch (effect.kind) {
      case "install":
        for (const [device, base] of this.bases.get(effect.epoch)?.byDevice ?? []) {
          frames.open(device, BigInt(effect.epoch), base, effect.isRemoval)
        }
        break
      case "send": {
        const bases = this.bases.get(effect.epoch)
        if (bases !== undefined) frames.sendUnder(bases.epoch, bases.own)
        for (const epoch of this.bases.keys()) if (epoch < effect.epoch) this.bases.delete(epoch)
        break
      }
      case "confirm":
        // Where it is lost, the server waits for nobody longer than 1.5 s.
        this.around.confirm(effect.epoch, effect.transition).catch(() => undefined)
        break
      case "stop":
      case "resume":
        frames.stop(effect.kind === "stop")
    }
  }
}
