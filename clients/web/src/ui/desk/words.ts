/** What the desk says. It has a file of its own for each language, which nobody else loads. */

import { effect, signal } from "@preact/signals"
import { DESK, isLanguage, SOURCE } from "../../i18n/languages"
import en from "../../i18n/locales/en/desk.json"
import { type Values, Words } from "../../i18n/words"
import type { Problem } from "../../state/models"
import { problemText } from "../parts/problems"
import { isolated, words } from "../words"

export type DeskKey = keyof typeof en

const current = signal(new Words<DeskKey>(SOURCE, en, en))

/** Speaks another language at the desk from now on. */
export function speakAtDesk(spoken: Words<DeskKey>): void {
  current.value = spoken
}

// As the rest of the page does.
effect(() => {
  const { language } = words()
  if (!isLanguage(language)) return
  if (language === SOURCE) return speakAtDesk(new Words<DeskKey>(SOURCE, en, en))
  void DESK[language]().then((own) => {
    if (words().language === language) speakAtDesk(new Words<DeskKey>(language, own.default, en))
  })
})

/** The sentence of a key of the desk. */
export function say(key: DeskKey, values?: Values): string {
  return current.value.say(key, values && isolated(values))
}

const SAID: Readonly<Record<string, DeskKey>> = {
  already_held: "problem.already_held",
  offer_expired: "problem.offer_expired",
  offer_rescinded: "problem.offer_rescinded",
  stale_fence: "problem.stale_fence",
  not_now: "problem.not_now",
}

/** Why something did not happen. */
export function deskProblem(problem: Problem): string {
  const own = SAID[problem.code]
  return own === undefined ? problemText(problem) : say(own)
}
