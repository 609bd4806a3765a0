import { useLayoutEffect, useRef } from "preact/hooks"

export interface PictureProps {
  readonly stream: MediaStream
  /** What it shows, for those who do not see it. */
  readonly label: string
  /** As in a mirror: one's own camera. */
  readonly mirrored?: boolean
  readonly class?: string | undefined
}

/** A moving picture without sound; what is heard is played elsewhere. */
export function Picture({ stream, label, mirrored = false, class: name }: PictureProps) {
  const video = useRef<HTMLVideoElement>(null)
  useLayoutEffect(() => {
    const element = video.current
    if (element === null) return
    element.srcObject = stream
    return () => {
      element.srcObject = null
    }
  }, [stream])
  return <video ref={video} class={name} data-mirrored={mirrored} autoplay playsInline muted aria-label={label} />
}
