/** How the pages look, kept in this browser in the open: it is needed before anybody has signed in. */

import { effect, signal } from "@preact/signals"
import * as s from "../protocol/shape"
import type { Display } from "./models"
import type { Shelf } from "./page"

const NAME = "mv-display"
const THEMES = ["system", "light", "dark", "contrast"] as const

const Stored = s.struct({
  language: s.text,
  theme: s.oneOf(...THEMES),
  /** In percent of the browser's own size. */
  text: s.integer,
})

/** What was chosen in this browser, else `language`; a change is kept at once. */
export function keptDisplay(shelf: Shelf, language: string): Display {
  const kept = read(shelf.getItem(NAME))
  const display = {
    language: signal(kept?.language ?? language),
    theme: signal<(typeof THEMES)[number]>(kept?.theme ?? "system"),
    textScale: signal((kept?.text ?? 100) / 100),
  }
  let isFirst = true
  // As long as the page: there is one of it, and it ends with it.
  effect(() => {
    const now = {
      language: display.language.value,
      theme: display.theme.value,
      text: Math.round(display.textScale.value * 100),
    }
    if (!isFirst) shelf.setItem(NAME, JSON.stringify(now))
    isFirst = false
  })
  return display
}

/** Anybody can write there: what makes no sense is passed over. */
function read(text: string | null): s.Of<typeof Stored> | undefined {
  if (text === null) return undefined
  try {
    const kept = Stored.read(JSON.parse(text), NAME)
    return kept.text >= 100 && kept.text <= 200 ? kept : undefined
  } catch {
    return undefined
  }
}
