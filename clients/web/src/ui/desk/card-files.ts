/**
 * Cards to read beside a talk, in under a minute each: those of `mentalverse_crisis`, which
 * are fetched with the desk. Nobody's sentences but ours, and no clinician has checked them
 * until `checked_by` says who did.
 */

import { isLanguage, type Language, SOURCE } from "../../i18n/languages"

export interface Card {
  readonly id: string
  readonly title: string
  /** What it is for. */
  readonly when: string
  readonly steps: readonly string[]
  /** What one could say; sent by hand. */
  readonly words: readonly string[]
  readonly avoid: string
}

export interface CardFile {
  readonly version: string
  readonly checked_by: string | null
  /** A day, as in `2026-11-21`. */
  readonly checked_on: string | null
  readonly cards: readonly Card[]
}

/** For whoever has had a hard talk. */
export const AFTER = "after"

const FILES: Readonly<Record<Language, () => Promise<{ readonly default: unknown }>>> = {
  en: () => import("../../../../../crisis/mentalverse_crisis/card_files/en.json"),
  es: () => import("../../../../../crisis/mentalverse_crisis/card_files/es.json"),
  ar: () => import("../../../../../crisis/mentalverse_crisis/card_files/ar.json"),
}

/** The cards in a language; in English where there are none in it. */
export async function cardsIn(language: string): Promise<CardFile> {
  const file = await FILES[isLanguage(language) ? language : SOURCE]()
  return file.default as CardFile
}
