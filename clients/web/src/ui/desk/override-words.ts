/** What screens about overrides say. They have a file of their own for each language, loaded with them. */

import { effect, signal } from "@preact/signals"
import { isLanguage, OVERRIDES, SOURCE } from "../../i18n/languages"
import en from "../../i18n/locales/en/overrides.json"
import { type Values, Words } from "../../i18n/words"
import type { Problem } from "../../state/models"
import { isolated, words } from "../words"
import { deskProblem } from "./words"

export type OverrideKey = keyof typeof en

const current = signal(new Words<OverrideKey>(SOURCE, en, en))

/** Speaks another language in overrides from now on. */
export function speakOfOverrides(spoken: Words<OverrideKey>): void {
  current.value = spoken
}

// As the rest of the page does.
effect(() => {
  const { language } = words()
  if (!isLanguage(language)) return
  if (language === SOURCE) return speakOfOverrides(new Words<OverrideKey>(SOURCE, en, en))
  void OVERRIDES[language]().then((own) => {
    if (words().language === language) speakOfOverrides(new Words<OverrideKey>(language, own.default, en))
  })
})

/** The sentence of a key. */
export function say(key: OverrideKey, values?: Values): string {
  return current.value.say(key, values && isolated(values))
}

const SAID: Readonly<Record<string, OverrideKey>> = {
  "client.location_half_missing": "place.half_missing",
  "location.damaged": "place.damaged",
  "location.malformed": "place.damaged",
  not_now: "problem.not_now",
  forbidden: "problem.forbidden",
  not_found: "problem.not_found",
}

/** Why something did not happen. */
export function overrideProblem(problem: Problem): string {
  const own = SAID[problem.code]
  return own === undefined ? deskProblem(problem) : say(own)
}
