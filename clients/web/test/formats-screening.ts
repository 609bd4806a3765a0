/** Screening instruments: the answers of a line are many, or every combination takes minutes. */

import { type Answers, type Instrument, mayBeAsked, nextItem, resultOf } from "../src/screening/instrument"
import type { Verbs } from "./wire"

export const screenings: Verbs = {
  mayBeAsked: ({ instrument }) => mayBeAsked(instrument as unknown as Instrument),
  screen: ({ instrument, all }) => {
    const read = instrument as unknown as Instrument
    return (all as unknown as Record<string, string>[]).map((given) => {
      const answers: Answers = new Map(Object.entries(given))
      const { band, complete } = resultOf(read, answers)
      return { band, complete, next: nextItem(read, answers)?.id ?? null }
    })
  },
}
