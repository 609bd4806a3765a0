import { useEffect, useRef, useState } from "preact/hooks"
import { onLeave } from "../../exit/exit"
import { say } from "../words"
import { Button } from "./Button"
import css from "./Scanner.module.css"

export interface ScannerProps {
  readonly onFound: (content: string) => void
}

/** Reads a QR code with the camera, which is off until somebody asks for it. */
export function Scanner({ onFound }: ScannerProps) {
  const [state, setState] = useState<"off" | "on" | "denied">("off")
  const video = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    if (state !== "on" || !video.current) return
    const ending = new AbortController()
    scan(video.current, ending.signal).then(
      (content) => content !== undefined && onFound(content),
      () => setState("denied"),
    )
    const forget = onLeave(() => ending.abort())
    return () => {
      forget()
      ending.abort()
    }
  }, [state])
  return (
    <div class={css.scanner}>
      {state === "on" && <video ref={video} class={css.video} muted playsInline aria-label={say("scan.view")} />}
      {state === "denied" && <p role="status">{say("scan.denied")}</p>}
      <Button onClick={() => setState(state === "on" ? "off" : "on")}>
        {say(state === "on" ? "scan.stop" : "scan.start")}
      </Button>
    </div>
  )
}

const EVERY_MS = 200

/** The first code that the camera sees; undefined when `ending` came first. */
async function scan(video: HTMLVideoElement, ending: AbortSignal): Promise<string | undefined> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } })
  try {
    video.srcObject = stream
    await video.play()
    const read = await reader()
    while (!ending.aborted) {
      const found = await read(video)
      if (found !== undefined) return found
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
    return undefined
  } finally {
    for (const track of stream.getTracks()) track.stop()
  }
}

interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>
}
declare const BarcodeDetector: { new (options: { formats: string[] }): Detector } | undefined

type Read = (video: HTMLVideoElement) => Promise<string | undefined>

/** The browser's own reader, or one in the page. */
async function reader(): Promise<Read> {
  if (typeof BarcodeDetector !== "undefined") {
    const detector = new BarcodeDetector({ formats: ["qr_code"] })
    return async (video) => (await detector.detect(video))[0]?.rawValue
  }
  const { default: decode } = await import("qr/decode.js")
  const canvas = new OffscreenCanvas(1, 1)
  return (video) => {
    canvas.width = video.videoWidth
    canvas.height = video.videoHeight
    const context = canvas.getContext("2d", { willReadFrequently: true })
    if (!context || canvas.width === 0) return Promise.resolve(undefined)
    context.drawImage(video, 0, 0)
    try {
      return Promise.resolve(decode(context.getImageData(0, 0, canvas.width, canvas.height)))
    } catch {
      return Promise.resolve(undefined)
    }
  }
}
