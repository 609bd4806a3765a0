/**
 * Shift three times within five seconds: the way out for whoever has the hands on a
 * keyboard. Escape would not do, it stops pages from loading.
 *
 * Pure: key events and their times in, how far somebody is out.
 */

export const PRESSES = 3
export const WITHIN_MS = 5_000

export interface Presses {
  /** When Shift was let go of, without another key in between; the newest last. */
  readonly times: readonly number[]
  /** Shift is down and nothing else was pressed so far. */
  readonly alone: boolean
}

export const NO_PRESSES: Presses = { times: [], alone: false }

export interface KeyEvent {
  readonly type: "keydown" | "keyup"
  readonly key: string
  readonly repeat: boolean
  /** Milliseconds, by any clock that only goes forward. */
  readonly at: number
}

/** What the keys so far mean after one more; `PRESSES` times is the way out. */
export function after(presses: Presses, event: KeyEvent): Presses {
  if (event.key !== "Shift") {
    // A capital letter is not a call for help.
    return event.type === "keydown" ? NO_PRESSES : presses
  }
  if (event.type === "keydown") return event.repeat ? presses : { ...presses, alone: true }
  if (!presses.alone) return presses
  const recent = presses.times.filter((time) => event.at - time < WITHIN_MS)
  return { times: [...recent, event.at], alone: false }
}
