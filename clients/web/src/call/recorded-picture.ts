/**
 * The one picture of a recording: a grid of everybody who is seen, and a shared screen large.
 *
 * It is drawn by the page's own timer and, because that one is held back to once a second
 * while the page is hidden, also by the ticks of the frame worker: in a hidden page the
 * picture moves four times a second instead of fifteen. The screen's refresh is not waited
 * for, which a hidden page never gets.
 */

export const WIDTH = 1280
export const HEIGHT = 720
export const RATE = 15

const GAP = 8
const NAME_PIXELS = 24
const GROUND = "#101418"
const TILE = "#262c33"
const INK = "#ffffff"

/** What only a page can make. */
export interface Elements {
  canvas(): HTMLCanvasElement
  video(): HTMLVideoElement
}

/** Somebody, or their screen. */
export interface Seen {
  readonly id: string
  readonly name: string
  /** None: their name stands there. */
  readonly stream: MediaStream | undefined
  readonly isScreen: boolean
}

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Equal boxes for so many, as square a grid as there is. */
export function gridOf(count: number, area: Box): Box[] {
  const columns = Math.max(1, Math.ceil(Math.sqrt(count)))
  const rows = Math.max(1, Math.ceil(count / columns))
  const [width, height] = [area.width / columns, area.height / rows]
  return Array.from({ length: count }, (_, at) => ({
    ...{ x: area.x + (at % columns) * width, y: area.y + Math.floor(at / columns) * height },
    ...{ width, height },
  }))
}

/** The largest box of a form within another, in its middle: nothing is cut off. */
export function fitted(width: number, height: number, within: Box): Box {
  const scale = Math.min(within.width / width, within.height / height)
  const [w, h] = [width * scale, height * scale]
  return { x: within.x + (within.width - w) / 2, y: within.y + (within.height - h) / 2, width: w, height: h }
}

export class RecordedPicture {
  private readonly canvas: HTMLCanvasElement
  private readonly videos = new Map<string, HTMLVideoElement>()
  private readonly timer: ReturnType<typeof setInterval>
  private readonly stop = new AbortController()
  private drawnAt = -Infinity

  constructor(
    private readonly elements: Elements,
    private readonly seen: () => readonly Seen[],
    onTick: (tick: () => void, signal: AbortSignal) => void,
  ) {
    this.canvas = elements.canvas()
    this.canvas.width = WIDTH
    this.canvas.height = HEIGHT
    this.draw()
    this.timer = setInterval(() => this.draw(), 1000 / RATE)
    onTick(() => this.draw(), this.stop.signal)
  }

  track(): MediaStreamTrack | undefined {
    return this.canvas.captureStream(RATE).getVideoTracks()[0]
  }

  close(): void {
    this.stop.abort()
    clearInterval(this.timer)
    for (const id of [...this.videos.keys()]) this.forget(id)
  }

  private draw(): void {
    const now = performance.now()
    if (now - this.drawnAt < 500 / RATE) return
    this.drawnAt = now
    const context = this.canvas.getContext("2d", { alpha: false })
    if (context === null) return
    const all = this.seen()
    for (const id of [...this.videos.keys()]) if (!all.some((one) => one.id === id && one.stream)) this.forget(id)
    context.fillStyle = GROUND
    context.fillRect(0, 0, WIDTH, HEIGHT)
    for (const [one, box] of placed(all)) this.paint(context, one, box)
  }

  private paint(context: CanvasRenderingContext2D, one: Seen, box: Box): void {
    const inner = { x: box.x + GAP, y: box.y + GAP, width: box.width - 2 * GAP, height: box.height - 2 * GAP }
    context.fillStyle = TILE
    context.fillRect(inner.x, inner.y, inner.width, inner.height)
    const video = one.stream && this.videoOf(one.id, one.stream)
    const isShown = video !== undefined && video.videoWidth > 0
    if (isShown) {
      const { x, y, width, height } = fitted(video.videoWidth, video.videoHeight, inner)
      context.drawImage(video, x, y, width, height)
    }
    context.font = `${NAME_PIXELS}px sans-serif`
    context.textBaseline = isShown ? "bottom" : "middle"
    context.textAlign = "center"
    context.fillStyle = INK
    context.shadowColor = GROUND
    context.shadowBlur = 4
    const middle = inner.x + inner.width / 2
    context.fillText(one.name, middle, isShown ? inner.y + inner.height - GAP : inner.y + inner.height / 2, inner.width)
    context.shadowBlur = 0
  }

  private videoOf(id: string, stream: MediaStream): HTMLVideoElement {
    const known = this.videos.get(id)
    if (known?.srcObject === stream) return known
    const video = known ?? this.elements.video()
    video.muted = true
    video.playsInline = true
    video.srcObject = stream
    void video.play().catch(() => undefined)
    this.videos.set(id, video)
    return video
  }

  private forget(id: string): void {
    const video = this.videos.get(id)
    if (video) video.srcObject = null
    this.videos.delete(id)
  }
}

/** A screen takes three quarters, with everybody beside it. */
function placed(all: readonly Seen[]): [Seen, Box][] {
  const screen = all.find(({ isScreen }) => isScreen)
  const people = all.filter((one) => one !== screen)
  const front: Box = { x: 0, y: 0, width: screen ? (WIDTH * 3) / 4 : 0, height: HEIGHT }
  const beside = { x: front.width, y: 0, width: WIDTH - front.width, height: HEIGHT }
  const boxes = screen
    ? people.map((_, at) => ({ ...beside, y: (at * HEIGHT) / people.length, height: HEIGHT / people.length }))
    : gridOf(people.length, beside)
  const paired = people.flatMap((one, at): [Seen, Box][] => {
    const box = boxes[at]
    return box === undefined ? [] : [[one, box]]
  })
  return screen ? [[screen, front], ...paired] : paired
}
