/** A voice note from the microphone, with how loud it was. */

const SLICE_MS = 100
export const MOST_MS = 5 * 60_000
const WAVEFORM = 64
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"]

export interface Taken {
  readonly blob: Blob
  readonly milliseconds: number
  /** From 0 to 255. */
  readonly waveform: readonly number[]
}

export interface Recording {
  stop(): Promise<Taken>
}

/** Records until it is stopped, or thrown away by `ending`. Rejects without a microphone. */
export async function record(
  ending: AbortSignal,
  onLevels: (levels: readonly number[], milliseconds: number) => void,
): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
  const close = () => stream.getTracks().forEach((track) => track.stop())
  if (ending.aborted) close()
  const meter = new AudioContext()
  const analyser = new AnalyserNode(meter, { fftSize: 1024 })
  meter.createMediaStreamSource(stream).connect(analyser)
  const type = TYPES.find((each) => MediaRecorder.isTypeSupported(each))
  const recorder = new MediaRecorder(stream, type === undefined ? {} : { mimeType: type })
  const chunks: Blob[] = []
  recorder.ondataavailable = ({ data }) => chunks.push(data)
  const stopped = new Promise<void>((resolve) => {
    recorder.onstop = () => resolve()
  })
  const levels: number[] = []
  const begun = performance.now()
  const timer = setInterval(() => {
    levels.push(loudness(analyser))
    onLevels([...levels], performance.now() - begun)
    if (performance.now() - begun >= MOST_MS) finish()
  }, SLICE_MS)
  let milliseconds = 0
  const finish = () => {
    if (recorder.state === "inactive") return
    clearInterval(timer)
    milliseconds = Math.round(performance.now() - begun)
    recorder.stop()
    close()
    void meter.close()
  }
  ending.addEventListener("abort", finish)
  recorder.start()
  return {
    stop: async () => {
      finish()
      await stopped
      return { blob: new Blob(chunks, { type: recorder.mimeType }), milliseconds, waveform: compact(levels, WAVEFORM) }
    },
  }
}

function loudness(analyser: AnalyserNode): number {
  const samples = new Float32Array(analyser.fftSize)
  analyser.getFloatTimeDomainData(samples)
  const mean = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length
  return Math.min(255, Math.round(Math.sqrt(mean) * 4 * 255))
}

/** At most `most` levels, each the loudest of its part. */
export function compact(levels: readonly number[], most: number): readonly number[] {
  if (levels.length <= most) return levels
  return Array.from({ length: most }, (_, part) => {
    const from = Math.floor((part * levels.length) / most)
    const to = Math.floor(((part + 1) * levels.length) / most)
    return Math.max(...levels.slice(from, to))
  })
}
