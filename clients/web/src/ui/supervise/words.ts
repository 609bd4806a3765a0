/** What the screens of supervisors say. It has a file of its own for each language, loaded with them. */

import { effect, signal } from "@preact/signals"
import { isLanguage, SOURCE, SUPERVISE } from "../../i18n/languages"
import en from "../../i18n/locales/en/supervise.json"
import { type Values, Words } from "../../i18n/words"
import type { Problem } from "../../state/models"
import { problemText } from "../parts/problems"
import { isolated, words } from "../words"

export type SuperviseKey = keyof typeof en

const current = signal(new Words<SuperviseKey>(SOURCE, en, en))

/** Speaks another language to supervisors from now on. */
export function speakToSupervisors(spoken: Words<SuperviseKey>): void {
  current.value = spoken
}

// As the rest of the page does.
effect(() => {
  const { language } = words()
  if (!isLanguage(language)) return
  if (language === SOURCE) return speakToSupervisors(new Words<SuperviseKey>(SOURCE, en, en))
  void SUPERVISE[language]().then((own) => {
    if (words().language === language) speakToSupervisors(new Words<SuperviseKey>(language, own.default, en))
  })
})

/** The sentence of a key. */
export function say(key: SuperviseKey, values?: Values): string {
  return current.value.say(key, values && isolated(values))
}

/** The sentence of a key that is put together; the name itself where nothing is said of it. */
export function sayOr(key: string, name: string): string {
  return Object.hasOwn(en, key) ? say(key as SuperviseKey) : name
}

const SAID: Readonly<Record<string, SuperviseKey>> = {
  bad_request: "problem.bad_request",
  conflict: "problem.conflict",
  deadline: "problem.slow",
  forbidden: "problem.forbidden",
  not_found: "problem.not_now",
  not_now: "problem.not_now",
  offline: "problem.offline",
  passkey_required: "problem.passkey_required",
}

/** Why something did not happen. */
export function superviseProblem(problem: Problem): string {
  const own = SAID[problem.code]
  return own === undefined ? problemText(problem) : say(own)
}
