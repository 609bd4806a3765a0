/** What calls say. They have a file of their own for each language, loaded with them. */

import { effect, signal } from "@preact/signals"
import { CALL, isLanguage, SOURCE } from "../../i18n/languages"
import en from "../../i18n/locales/en/call.json"
import { type Values, Words } from "../../i18n/words"
import type { Problem } from "../../state/models"
import { problemText } from "../parts/problems"
import { isolated, words } from "../words"

export type CallKey = keyof typeof en

const current = signal(new Words<CallKey>(SOURCE, en, en))

/** Speaks another language in calls from now on. */
export function speakInCalls(spoken: Words<CallKey>): void {
  current.value = spoken
}

// As the rest of the page does.
effect(() => {
  const { language } = words()
  if (!isLanguage(language)) return
  if (language === SOURCE) return speakInCalls(new Words<CallKey>(SOURCE, en, en))
  void CALL[language]().then((own) => {
    if (words().language === language) speakInCalls(new Words<CallKey>(language, own.default, en))
  })
})

/** The sentence of a key of calls. */
export function say(key: CallKey, values?: Values): string {
  return current.value.say(key, values && isolated(values))
}

/** The sentence of `key`, or that of `other` for a name that nobody has put into words yet. */
export function sayOr(key: string, other: CallKey): string {
  return say(isKey(key) ? key : other)
}

export function isKey(key: string): key is CallKey {
  return Object.hasOwn(en, key)
}

/** Why something in a call did not happen. */
export function callProblem(problem: Problem): string {
  const own = `problem.${problem.code}`
  return isKey(own) ? say(own) : problemText(problem)
}
