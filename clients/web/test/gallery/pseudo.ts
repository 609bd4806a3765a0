/** A language for tests: every sentence longer by a third, in letters that are none of the source's. */

import type { Catalogue, Plural } from "../../src/i18n/words"

const PLAIN = "abcdefghijklmnopqrstuvwxyz"
const LOOK_ALIKE = "áƀćđéƒǵħíĵķłɱńóƥɋŕśťúṽŵẋýž"

export function pseudo(catalogue: Catalogue<string>): Catalogue<string> {
  return Object.fromEntries(Object.entries(catalogue).map(([key, value]) => [key, spoken(value)]))
}

function spoken(value: string | Plural): string | Plural {
  if (typeof value === "string") return sentence(value)
  const forms = Object.entries(value).map(([category, form]) => [category, sentence(form)] as const)
  return { other: sentence(value.other), ...Object.fromEntries(forms) }
}

function sentence(text: string): string {
  const letters = text.split(/(\{\w+\})/).map((part) => (part.startsWith("{") ? part : part.replace(/[a-z]/g, letter)))
  return `⟦${letters.join("")}${" ~".repeat(Math.ceil(text.length / 6))}⟧`
}

function letter(character: string): string {
  const index = PLAIN.indexOf(character)
  return index < 0 ? character : (LOOK_ALIKE[index] ?? character)
}
