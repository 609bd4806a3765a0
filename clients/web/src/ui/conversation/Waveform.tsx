import css from "./Waveform.module.css"

const HEIGHT = 24
const STEP = 4

export interface WaveformProps {
  /** From 0 to 255. */
  readonly levels: readonly number[]
  /** How much of it has been heard, from 0 to 1. */
  readonly done?: number
}

/** How loud a recording is over its time; only to be looked at. */
export function Waveform({ levels, done = 0 }: WaveformProps) {
  const line = levels
    .map((level, index) => {
      const half = 1 + (level / 255) * (HEIGHT / 2 - 2)
      return `M${index * STEP + 2} ${HEIGHT / 2 - half}v${2 * half}`
    })
    .join("")
  const width = Math.max(levels.length, 1) * STEP
  return (
    <svg class={css.wave} viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={line} />
      {done > 0 && <path class={css.done} d={`M0 ${HEIGHT - 1}h${Math.min(done, 1) * width}`} />}
    </svg>
  )
}
