/** What screens about credentials say. They have a file of their own for each language, loaded with them. */

import { effect, signal } from "@preact/signals"
import { CREDENTIALS, isLanguage, SOURCE } from "../../i18n/languages"
import en from "../../i18n/locales/en/credentials.json"
import { type Values, Words } from "../../i18n/words"
import type { Problem } from "../../state/models"
import { problemText } from "../parts/problems"
import { isolated, words } from "../words"

export type CredentialKey = keyof typeof en

const current = signal(new Words<CredentialKey>(SOURCE, en, en))

/** Speaks another language about credentials from now on. */
export function speakOfCredentials(spoken: Words<CredentialKey>): void {
  current.value = spoken
}

// As the rest of the page does.
effect(() => {
  const { language } = words()
  if (!isLanguage(language)) return
  if (language === SOURCE) return speakOfCredentials(new Words<CredentialKey>(SOURCE, en, en))
  void CREDENTIALS[language]().then((own) => {
    if (words().language === language) speakOfCredentials(new Words<CredentialKey>(language, own.default, en))
  })
})

/** The sentence of a key. */
export function say(key: CredentialKey, values?: Values): string {
  return current.value.say(key, values && isolated(values))
}

/** The sentence of `key`, or that of `other` for a code that nobody has put into words yet. */
export function sayOr(key: string, other: CredentialKey): string {
  return say(isKey(key) ? key : other)
}

/** What a code of a pack is called: as it is, where this client does not know its key. */
export function nameOf(key: string, code: string): string {
  return isKey(key) ? say(key) : code.replaceAll("_", " ")
}

/** What a point is called, also one that nobody hands in: a level, or another credential. */
export function needName(code: string): string {
  const [what, of = ""] = code.split(":")
  if (what === "level") return say("lack.level", { name: nameOf(`level.${of}`, of) })
  if (what === "credential") return say("lack.credential", { name: nameOf(`type.${of}`, of) })
  return nameOf(`need.${code}`, code)
}

export function isKey(key: string): key is CredentialKey {
  return Object.hasOwn(en, key)
}

/** Why something did not happen. */
export function credentialProblem(problem: Problem): string {
  const own = `problem.${problem.code}`
  return isKey(own) ? say(own) : problemText(problem)
}
