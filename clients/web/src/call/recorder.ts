/**
 * Records a call in this browser: one picture and one sound, in small pieces that are sealed
 * as they come. It holds what it makes in memory and lets go of everything when it ends.
 */

import type { AccountIdentity } from "../e2ee/formats/identity"
import { type RecordingAbout, RecordingSealer } from "../e2ee/formats/recording-file"
import { type Elements, RecordedPicture, type Seen } from "./recorded-picture"
import { RecordedSound } from "./recorded-sound"
import { SealedParts } from "./sealed-parts"

export const MEDIA_TYPE = "video/webm"
const CODECS = `${MEDIA_TYPE};codecs=vp8,opus`
/** A piece is sealed as often as this, and what was not is lost with the page. */
const PIECE_MS = 250
const VIDEO_BITS_PER_SECOND = 600_000
const AUDIO_BITS_PER_SECOND = 32_000

/** What there is to record at a moment. */
export interface Scene {
  readonly seen: readonly Seen[]
  readonly heard: readonly MediaStreamTrack[]
}

export interface RecorderAround {
  readonly about: Omit<RecordingAbout, "mediaType">
  readonly receivers: readonly AccountIdentity[]
  readonly elements: Elements
  readonly scene: () => Scene
  /** A few times a second, also while the page is hidden. */
  readonly onTick: (tick: () => void, signal: AbortSignal) => void
  /** It cannot go on; what was made is there. */
  readonly ended: (why: "too_long" | "failed") => void
}

/** Whether this browser can make one. */
export function canRecord(): boolean {
  return (
    typeof MediaRecorder !== "undefined" &&
    MediaRecorder.isTypeSupported(CODECS) &&
    "captureStream" in HTMLCanvasElement.prototype
  )
}

export class Recorder {
  private readonly sound = new RecordedSound()
  private readonly picture: RecordedPicture
  private readonly recorder: MediaRecorder
  private readonly stopped: Promise<void>
  private readonly over = new AbortController()
  private sealing: Promise<void> = Promise.resolve()

  private constructor(
    private readonly parts: SealedParts,
    private readonly around: RecorderAround,
  ) {
    const { elements, scene, onTick } = around
    this.picture = new RecordedPicture(elements, () => scene().seen, onTick)
    const tracks = [this.picture.track(), this.sound.track()].filter((track) => track !== undefined)
    this.recorder = new MediaRecorder(new MediaStream(tracks), {
      ...{ mimeType: CODECS, videoBitsPerSecond: VIDEO_BITS_PER_SECOND, audioBitsPerSecond: AUDIO_BITS_PER_SECOND },
    })
    this.stopped = new Promise((resolve) => this.recorder.addEventListener("stop", () => resolve()))
    this.recorder.addEventListener("dataavailable", ({ data }) => this.take(data))
    for (const what of ["error", "stop"]) this.recorder.addEventListener(what, () => this.fail("failed"))
    this.sound.hear(scene().heard)
    onTick(() => this.sound.hear(scene().heard), this.over.signal)
  }

  /** From here on everything is recorded. Throws `FormatError` for a receiver without a usable key. */
  static async begin(around: RecorderAround): Promise<Recorder> {
    const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
    const sealer = await RecordingSealer.begin({ ...around.about, mediaType: MEDIA_TYPE }, around.receivers, random)
    const recorder = new Recorder(new SealedParts(sealer), around)
    await recorder.sound.begin()
    recorder.recorder.start(PIECE_MS)
    return recorder
  }

  /** Nothing more is recorded; the sealed file. */
  async stop(): Promise<Blob | undefined> {
    await this.end()
    return this.parts.finish()
  }

  /** Nothing more is recorded, and nothing is left of what was. */
  async discard(): Promise<void> {
    this.parts.drop()
    await this.end()
  }

  private async end(): Promise<void> {
    if (!this.over.signal.aborted) {
      this.over.abort()
      if (this.recorder.state !== "inactive") this.recorder.stop()
      this.picture.close()
      this.sound.close()
      for (const track of this.recorder.stream.getTracks()) track.stop()
    }
    await this.stopped
    await this.sealing
  }

  /** In their order; a piece that cannot be read ends it, for the file would not play past it. */
  private take(data: Blob): void {
    this.sealing = this.sealing.then(async () => {
      try {
        this.parts.add(new Uint8Array(await data.arrayBuffer()))
        if (this.parts.isFull) this.fail("too_long")
      } catch {
        this.fail("failed")
      }
    })
  }

  private fail(why: "too_long" | "failed"): void {
    if (!this.over.signal.aborted) this.around.ended(why)
  }
}
