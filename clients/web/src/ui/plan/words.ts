/** What plans and questions say. They have a file of their own for each language, loaded with them. */

import { effect, signal } from "@preact/signals"
import { isLanguage, PLAN, SOURCE } from "../../i18n/languages"
import en from "../../i18n/locales/en/plan.json"
import { type Values, Words } from "../../i18n/words"
import { isolated, words } from "../words"

export type PlanKey = keyof typeof en

const current = signal(new Words<PlanKey>(SOURCE, en, en))

/** Speaks another language in plans from now on. */
export function speakOfPlans(spoken: Words<PlanKey>): void {
  current.value = spoken
}

// As the rest of the page does.
effect(() => {
  const { language } = words()
  if (!isLanguage(language)) return
  if (language === SOURCE) return speakOfPlans(new Words<PlanKey>(SOURCE, en, en))
  void PLAN[language]().then((own) => {
    if (words().language === language) speakOfPlans(new Words<PlanKey>(language, own.default, en))
  })
})

/** The sentence of a key. */
export function say(key: PlanKey, values?: Values): string {
  return current.value.say(key, values && isolated(values))
}
