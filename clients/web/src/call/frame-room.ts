/**
 * What the frame worker does, without the worker: frames in, sealed or opened frames out.
 *
 * One `FrameSealer` serves every transform that sends, so that no two frames share a nonce
 * whatever number of peers and layers they go to. What cannot be sealed or opened is dropped;
 * nothing ever passes as it is.
 */

import type { Slot } from "../e2ee/formats/media-slots"
import { isVideo } from "../e2ee/formats/media-slots"
import { CONN_NONCE_BYTES } from "../e2ee/frame-keys"
import { type Drop, FrameOpener, FrameSealer, RETAIN_AFTER_REMOVE_MS, RETAIN_MS } from "../e2ee/frames"

/** What a transform is for, as `RTCRtpScriptTransform` hands it to the worker. */
export type Use =
  | { readonly side: "send"; readonly slot: Slot }
  /** `sender`: the device, as this page's own map of feeds names it. */
  | { readonly side: "receive"; readonly slot: Slot; readonly sender: string }

export type ToWorker =
  /** Keys are of another group from here on, whose epochs are counted by themselves. */
  | { readonly kind: "begin" }
  | { readonly kind: "send_under"; readonly epoch: bigint; readonly base: Uint8Array }
  | {
      readonly kind: "open"
      readonly sender: string
      readonly epoch: bigint
      readonly base: Uint8Array
      readonly isRemoval: boolean
    }
  | { readonly kind: "gone"; readonly sender: string }
  | { readonly kind: "stopped"; readonly isStopped: boolean }
  | { readonly kind: "count" }
  | { readonly kind: "tick"; readonly everyMs: number }

export type FromWorker = { readonly kind: "tick" } | { readonly kind: "counted"; readonly counts: Counts }

export interface Counts {
  readonly sealed: number
  /** By device. */
  readonly opened: ReadonlyMap<string, number>
  readonly dropped: ReadonlyMap<string, ReadonlyMap<Drop, number>>
  /** Of one's own, for want of a key. */
  readonly unsent: number
}

/** As much of an encoded frame as is needed (W3C WebRTC Encoded Transform §4). */
export interface Frame {
  data: ArrayBuffer
}

interface Asker {
  /** Receivers only: asks the other side for a key frame. */
  sendKeyFrameRequest?(): Promise<unknown>
}

const ASK_AGAIN_MS = 1_000

export class FrameRoom {
  private sealer: FrameSealer
  private readonly openers = new Map<string, FrameOpener>()
  private readonly opened = new Map<string, number>()
  private isStopped = false
  private sealed = 0
  private unsent = 0

  /** `now`: milliseconds of a clock that does not go back. */
  constructor(
    private readonly random: (length: number) => Uint8Array,
    private readonly now: () => number,
  ) {
    this.sealer = new FrameSealer(random(CONN_NONCE_BYTES))
  }

  take(message: Exclude<ToWorker, { readonly kind: "tick" | "count" }>): void {
    switch (message.kind) {
      case "begin":
        this.sealer = new FrameSealer(this.random(CONN_NONCE_BYTES))
        this.openers.clear()
        this.isStopped = false
        break
      case "send_under":
        if (message.epoch > this.sealer.epoch) this.sealer.switch(message.epoch, message.base)
        break
      case "open": {
        const opener = this.openers.get(message.sender) ?? new FrameOpener()
        this.openers.set(message.sender, opener)
        const keptMs = message.isRemoval ? RETAIN_AFTER_REMOVE_MS : RETAIN_MS
        opener.install(message.epoch, message.base, this.now(), keptMs)
        break
      }
      case "gone":
        this.openers.delete(message.sender)
        break
      case "stopped":
        this.isStopped = message.isStopped
    }
  }

  /** The frame as it goes on, or undefined for one that does not. */
  async seal(slot: Slot, data: ArrayBuffer): Promise<ArrayBuffer | undefined> {
    if (this.isStopped || this.sealer.epoch < 0n || data.byteLength === 0) {
      this.unsent += 1
      return undefined
    }
    try {
      const sealed = await this.sealer.seal(slot, new Uint8Array(data))
      this.sealed += 1
      return sealed.buffer
    } catch {
      this.unsent += 1
      return undefined
    }
  }

  async open(sender: string, slot: Slot, data: ArrayBuffer): Promise<ArrayBuffer | undefined> {
    const opened = await this.openers.get(sender)?.open(slot, new Uint8Array(data), this.now())
    if (opened === undefined || typeof opened === "string") return undefined
    this.opened.set(sender, (this.opened.get(sender) ?? 0) + 1)
    return opened.buffer
  }

  /** For a stream of frames of one transform. */
  transform(use: Use, asker: Asker): Transformer<Frame, Frame> {
    let askedAt = -Infinity
    return {
      transform: async (frame, controller) => {
        const { slot } = use
        const data =
          use.side === "send" ? await this.seal(slot, frame.data) : await this.open(use.sender, slot, frame.data)
        if (data !== undefined) {
          frame.data = data
          controller.enqueue(frame)
        } else if (use.side === "receive" && isVideo(slot) && this.now() - askedAt >= ASK_AGAIN_MS) {
          // The decoder never saw the frame, so nobody else misses it.
          askedAt = this.now()
          void asker.sendKeyFrameRequest?.().catch(() => undefined)
        }
      },
    }
  }

  counts(): Counts {
    const dropped = new Map([...this.openers].map(([sender, { drops }]) => [sender, new Map(drops)]))
    return { sealed: this.sealed, opened: new Map(this.opened), dropped, unsent: this.unsent }
  }
}
