import { shareLeft } from "../../state/desk-models"
import css from "./Ring.module.css"
import { leftWords } from "./spans"

export interface RingProps {
  readonly begin: number
  readonly until: number
  readonly now: number
}

/** What is left of a time: in words, with a ring that only repeats them. */
export function Ring({ begin, until, now }: RingProps) {
  return (
    <span class={css.ring}>
      <svg class={css.circle} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
        <circle class={css.ground} cx="12" cy="12" r="9" />
        <circle
          class={css.left}
          cx="12"
          cy="12"
          r="9"
          pathLength={1}
          stroke-dasharray={`${shareLeft(begin, until, now)} 1`}
        />
      </svg>
      <span class={css.words}>{leftWords(until, now)}</span>
    </span>
  )
}

/** The same as a bar, for one below the other. */
export function Bar({ begin, until, now }: RingProps) {
  const share = shareLeft(begin, until, now)
  return (
    <span class={css.bar} data-late={until <= now}>
      <svg class={css.line} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <rect class={css.ground} width="100" height="6" />
        <rect class={css.left} width={share * 100} height="6" />
      </svg>
      <span class={css.words}>{leftWords(until, now)}</span>
    </span>
  )
}
