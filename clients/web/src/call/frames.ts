/** The page's side of the frame worker: it starts before anything is signalled. */

import type { Slot } from "../e2ee/formats/media-slots"
import { startWorker } from "../protocol/workers"
import type { Counts, FromWorker, ToWorker, Use } from "./frame-room"

/** Whether this browser can seal frames; without it there is no call. */
export function canSealFrames(): boolean {
  return typeof RTCRtpScriptTransform === "function" && typeof RTCPeerConnection === "function"
}

export class Frames {
  private readonly worker: Worker
  private readonly ticks = new Set<() => void>()
  private readonly counted: ((counts: Counts) => void)[] = []

  /** `url`: of the built `frame-worker.ts`; `tickMs`: how often `onTick` is called. */
  constructor(url: string, tickMs: number) {
    this.worker = startWorker(url)
    this.worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === "tick") for (const tick of this.ticks) tick()
      else this.counted.shift()?.(data.counts)
    })
    this.tell({ kind: "tick", everyMs: tickMs })
  }

  /** Until `signal`; also while the page is hidden. */
  onTick(tick: () => void, signal: AbortSignal): void {
    if (signal.aborted) return
    this.ticks.add(tick)
    signal.addEventListener("abort", () => this.ticks.delete(tick))
  }

  sends(sender: RTCRtpSender, slot: Slot): void {
    sender.transform = this.transform({ side: "send", slot })
  }

  /** Before anything is awaited in `ontrack`: a frame that comes earlier is lost. */
  receives(receiver: RTCRtpReceiver, slot: Slot, device: string): void {
    receiver.transform = this.transform({ side: "receive", slot, sender: device })
  }

  /** What follows are keys of another group than before. */
  begin(): void {
    this.tell({ kind: "begin" })
  }

  sendUnder(epoch: bigint, base: Uint8Array): void {
    this.tell({ kind: "send_under", epoch, base })
  }

  open(device: string, epoch: bigint, base: Uint8Array, isRemoval: boolean): void {
    this.tell({ kind: "open", sender: device, epoch, base, isRemoval })
  }

  forget(device: string): void {
    this.tell({ kind: "gone", sender: device })
  }

  stop(isStopped: boolean): void {
    this.tell({ kind: "stopped", isStopped })
  }

  count(): Promise<Counts> {
    return new Promise((resolve) => {
      this.counted.push(resolve)
      this.tell({ kind: "count" })
    })
  }

  close(): void {
    this.ticks.clear()
    this.worker.terminate()
  }

  private transform(use: Use): RTCRtpScriptTransform {
    return new RTCRtpScriptTransform(this.worker, use)
  }

  private tell(message: ToWorker): void {
    this.worker.postMessage(message)
  }
}
