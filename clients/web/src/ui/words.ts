/**
 * What the screens say, in the language that is set now.
 *
 * Whoever calls `say` while it renders is rendered again when the language changes.
 */

import { signal } from "@preact/signals"
import type { HelpKey, Key } from "../i18n/languages"
import { type Values, Words } from "../i18n/words"

const current = signal<Words<string>>(new Words<string>("en", {}, {}))

/** Speaks another language from now on; the page reads in its direction. */
export function speak(words: Words<string>): void {
  current.value = words
  document.documentElement.lang = words.language
  document.documentElement.dir = words.direction
}

export const words = (): Words<string> => current.value

/** The sentence of a key. A name in it keeps to its own direction of writing. */
export function say(key: Key, values?: Values): string {
  return current.value.say(key, values && isolated(values))
}

/** Names in a row; each keeps to its own direction of writing. */
export function namesOf(names: readonly string[]): string {
  return current.value.list(names.map(isolate))
}

/** The same for what stands in both documents: a key of `help.json`. */
export const sayHelp: (key: HelpKey, values?: Values) => string = say

export function isolated(values: Values): Values {
  const entries = Object.entries(values)
  return Object.fromEntries(entries.map(([name, value]) => [name, typeof value === "string" ? isolate(value) : value]))
}

/** One isolate and nothing around it, as a list of one name is. */
const ISOLATED = /^\u2068[^\u2068\u2069]*\u2069$/

/** First-strong isolate and its end (UAX #9 §2.3), once. */
function isolate(text: string): string {
  return ISOLATED.test(text) ? text : `\u2068${text}\u2069`
}
