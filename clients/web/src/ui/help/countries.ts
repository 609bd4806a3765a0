/**
 * Numbers to call, by country.
 *
 * They are part of the page, so they are there without a network. Most are the lines'
 * own public numbers, which nobody has tried for this installation: `verified_on` is
 * null until somebody did, and the page says so.
 */

import { signal } from "@preact/signals"
import data from "./numbers.json"

export interface Line {
  readonly name: string
  readonly call?: string
  readonly text?: string
  /** Where the line itself says so. */
  readonly source: string
}

export interface Country {
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  readonly emergency: readonly string[]
  readonly lines: readonly Line[]
  readonly verified_on: string | null
}

export const COUNTRIES: readonly Country[] = data.countries
export const COMPILED_ON: string = data.compiled_on
/** Mobile phones take these in most countries. */
export const EVERYWHERE: readonly string[] = data.everywhere

/** Time zones that lie in one country each. */
const ZONES: readonly (readonly [string, string])[] = [
  ["Africa/Cairo", "EG"],
  ["Africa/Johannesburg", "ZA"],
  ["America/Argentina", "AR"],
  ["America/Buenos_Aires", "AR"],
  ["America/Chicago", "US"],
  ["America/Denver", "US"],
  ["America/Los_Angeles", "US"],
  ["America/Mexico_City", "MX"],
  ["America/New_York", "US"],
  ["America/Phoenix", "US"],
  ["America/Sao_Paulo", "BR"],
  ["America/Toronto", "CA"],
  ["America/Vancouver", "CA"],
  ["Asia/Calcutta", "IN"],
  ["Asia/Kolkata", "IN"],
  ["Asia/Riyadh", "SA"],
  ["Australia/", "AU"],
  ["Europe/Amsterdam", "NL"],
  ["Europe/Berlin", "DE"],
  ["Europe/Dublin", "IE"],
  ["Europe/London", "GB"],
  ["Europe/Madrid", "ES"],
  ["Europe/Paris", "FR"],
  ["Europe/Rome", "IT"],
  ["Pacific/Auckland", "NZ"],
]

/** Forgotten with the page, since it says something about who was here. */
const KEPT = "mv-country"

/** The country of the numbers that are shown; "" shows those that work in most. */
export const country = signal(sessionStorage.getItem(KEPT) ?? guess(navigator.languages, zone()))

export function chooseCountry(code: string): void {
  country.value = code
  sessionStorage.setItem(KEPT, code)
}

/** The country of a browser, by its clock first: people travel less than they read English. */
export function guess(languages: readonly string[], timeZone: string): string {
  const byClock = ZONES.find(([prefix]) => timeZone.startsWith(prefix))?.[1]
  if (byClock !== undefined) return byClock
  const regions = languages.map((language) => new Intl.Locale(language).region ?? "")
  return regions.find((region) => COUNTRIES.some((each) => each.country === region)) ?? ""
}

function zone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** What a phone dials. */
export function dial(number: string): string {
  return number.replaceAll(" ", "")
}
