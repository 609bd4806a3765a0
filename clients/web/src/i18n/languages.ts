/** The languages of the pages, and where each document finds what it says in them. */

import type { Catalogue } from "./words"
import type app from "./locales/en/app.json"
import type help from "./locales/en/help.json"

/** What both documents say: the way out, and help. */
export type HelpKey = keyof typeof help
export type Key = HelpKey | keyof typeof app

/** By its own name, since whoever looks for it reads that. */
export const LANGUAGES = { en: "English", es: "Español", ar: "العربية" } as const
export type Language = keyof typeof LANGUAGES
export const SOURCE = "en"

export function isLanguage(name: string): name is Language {
  return Object.hasOwn(LANGUAGES, name)
}

type Loaders = Readonly<Record<Exclude<Language, "en">, () => Promise<{ readonly default: Catalogue<string> }>>>

export const HELP: Loaders = {
  es: () => import("./locales/es/help.json"),
  ar: () => import("./locales/ar/help.json"),
}

export const APP: Loaders = {
  es: () => import("./locales/es/app.json"),
  ar: () => import("./locales/ar/app.json"),
}
