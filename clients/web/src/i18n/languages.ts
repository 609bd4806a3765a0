/** The languages of the pages, and where each document finds what it says in them. */

import type { Catalogue } from "./words"
import type app from "./locales/en/app.json"
import type call from "./locales/en/call.json"
import type credentials from "./locales/en/credentials.json"
import type desk from "./locales/en/desk.json"
import type help from "./locales/en/help.json"
import type hooks from "./locales/en/hooks.json"
import type matching from "./locales/en/matching.json"
import type overrides from "./locales/en/overrides.json"
import type plan from "./locales/en/plan.json"
import type rewards from "./locales/en/rewards.json"
import type sharing from "./locales/en/sharing.json"
import type supervise from "./locales/en/supervise.json"

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

/** What those who answer people in a crisis read; its English comes with the desk. */
export const DESK: Readonly<
  Record<Exclude<Language, "en">, () => Promise<{ readonly default: Catalogue<keyof typeof desk> }>>
> = {
  es: () => import("./locales/es/desk.json"),
  ar: () => import("./locales/ar/desk.json"),
}

/** What safety plans and screening questions say; its English comes with them. */
export const PLAN: Readonly<
  Record<Exclude<Language, "en">, () => Promise<{ readonly default: Catalogue<keyof typeof plan> }>>
> = {
  es: () => import("./locales/es/plan.json"),
  ar: () => import("./locales/ar/plan.json"),
}

/** What screens about acting without consent say; its English comes with them. */
export const OVERRIDES: Readonly<
  Record<Exclude<Language, "en">, () => Promise<{ readonly default: Catalogue<keyof typeof overrides> }>>
> = {
  es: () => import("./locales/es/overrides.json"),
  ar: () => import("./locales/ar/overrides.json"),
}

/** What the screens of supervisors say; its English comes with them. */
export const SUPERVISE: Readonly<
  Record<Exclude<Language, "en">, () => Promise<{ readonly default: Catalogue<keyof typeof supervise> }>>
> = {
  es: () => import("./locales/es/supervise.json"),
  ar: () => import("./locales/ar/supervise.json"),
}

/** What calls say; its English comes with them. */
export const CALL: Readonly<
  Record<Exclude<Language, "en">, () => Promise<{ readonly default: Catalogue<keyof typeof call> }>>
> = {
  es: () => import("./locales/es/call.json"),
  ar: () => import("./locales/ar/call.json"),
}

/** What screens about credentials say; its English comes with them. */
export const CREDENTIALS: Readonly<
  Record<Exclude<Language, "en">, () => Promise<{ readonly default: Catalogue<keyof typeof credentials> }>>
> = {
  es: () => import("./locales/es/credentials.json"),
  ar: () => import("./locales/ar/credentials.json"),
}

/** What the screens about finding a mentor say; its English comes with them. */
export const MATCHING: Readonly<
  Record<Exclude<Language, "en">, () => Promise<{ readonly default: Catalogue<keyof typeof matching> }>>
> = {
  es: () => import("./locales/es/matching.json"),
  ar: () => import("./locales/ar/matching.json"),
}

/** What the screens about rewards say; its English comes with them. */
export const REWARDS: Readonly<
  Record<Exclude<Language, "en">, () => Promise<{ readonly default: Catalogue<keyof typeof rewards> }>>
> = {
  es: () => import("./locales/es/rewards.json"),
  ar: () => import("./locales/ar/rewards.json"),
}

/** What an operator's screens about webhooks say; its English comes with them. */
export const HOOKS: Readonly<
  Record<Exclude<Language, "en">, () => Promise<{ readonly default: Catalogue<keyof typeof hooks> }>>
> = {
  es: () => import("./locales/es/hooks.json"),
  ar: () => import("./locales/ar/hooks.json"),
}

/** What the screen about other systems says; its English comes with it. */
export const SHARING: Readonly<
  Record<Exclude<Language, "en">, () => Promise<{ readonly default: Catalogue<keyof typeof sharing> }>>
> = {
  es: () => import("./locales/es/sharing.json"),
  ar: () => import("./locales/ar/sharing.json"),
}
