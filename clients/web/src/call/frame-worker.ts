/**
 * The worker of one call: it alone holds frame keys, and its timers are not slowed down
 * while the page is hidden.
 */

import { type Frame, FrameRoom, type FromWorker, type ToWorker, type Use } from "./frame-room"

interface TransformEvent extends Event {
  readonly transformer: {
    readonly options: Use
    readonly readable: ReadableStream<Frame>
    readonly writable: WritableStream<Frame>
    sendKeyFrameRequest?(): Promise<unknown>
  }
}

const room = new FrameRoom(
  (length) => crypto.getRandomValues(new Uint8Array(length)),
  () => performance.now(),
)

addEventListener("rtctransform", (event) => {
  const { transformer } = event as TransformEvent
  const { readable, writable, options } = transformer
  // It ends with the connection, and with an error where that was cut.
  readable
    .pipeThrough(new TransformStream(room.transform(options, transformer)))
    .pipeTo(writable)
    .catch(() => undefined)
})

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === "tick") setInterval(() => tell({ kind: "tick" }), data.everyMs)
  else if (data.kind === "count") tell({ kind: "counted", counts: room.counts() })
  else room.take(data)
})

function tell(message: FromWorker): void {
  postMessage(message)
}
