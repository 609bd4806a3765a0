import css from "./Band.module.css"
import { say, type DeskKey } from "./words"

export const BANDS = [0, 1, 2, 3, 4] as const
/** A0 and A1: what is looked at first, and needs a second person to be given back. */
export const isUrgent = (band: number): boolean => band <= 1

/** How urgent a case is: a letter, a word and a colour, which only repeats them. */
export function Band({ band }: { readonly band: number }) {
  return (
    <span class={css.band} data-band={band}>
      <span class={css.letter}>{`A${band}`}</span> {bandWord(band)}
    </span>
  )
}

export function bandWord(band: number): string {
  return say(`band.${band}` as DeskKey)
}
