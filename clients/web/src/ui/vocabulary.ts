/** What a family of screens says: a file of its own for each language, loaded with the screens. */

import { effect, signal } from "@preact/signals"
import { isLanguage, type Language, SOURCE } from "../i18n/languages"
import { type Catalogue, type Values, Words } from "../i18n/words"
import type { Problem } from "../state/models"
import { problemText } from "./parts/problems"
import { isolated, words } from "./words"

type Load<Key extends string> = () => Promise<{ readonly default: Catalogue<Key> }>

export interface Vocabulary<Key extends string> {
  /** The sentence of a key. */
  readonly say: (key: Key, values?: Values) => string
  /** What a code is called: as it is, where this client does not know its key. */
  readonly nameOf: (key: string, code: string) => string
  readonly isKey: (key: string) => key is Key
  /** Why something did not happen. */
  readonly problem: (problem: Problem) => string
  /** Speaks another language from now on. */
  readonly speak: (spoken: Words<Key>) => void
}

export function vocabulary<Key extends string>(
  source: Catalogue<Key>,
  others: Readonly<Record<Exclude<Language, "en">, Load<Key>>>,
): Vocabulary<Key> {
  const english = new Words<Key>(SOURCE, source, source)
  const current = signal(english)
  const speak = (spoken: Words<Key>) => {
    current.value = spoken
  }
  // As the rest of the page does.
  effect(() => {
    const { language } = words()
    if (!isLanguage(language)) return
    if (language === SOURCE) return speak(english)
    void others[language]().then((own) => {
      if (words().language === language) speak(new Words<Key>(language, own.default, source))
    })
  })
  const say = (key: Key, values?: Values) => current.value.say(key, values && isolated(values))
  const isKey = (key: string): key is Key => Object.hasOwn(source, key)
  return {
    say,
    isKey,
    speak,
    nameOf: (key, code) => (isKey(key) ? say(key) : code.replaceAll("_", " ")),
    problem: (problem) => {
      const own = `problem.${problem.code}`
      return isKey(own) ? say(own) : problemText(problem)
    },
  }
}
