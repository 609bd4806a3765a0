/** Which country's numbers are shown: guessed from the browser, or chosen. */

import { signal } from "@preact/signals"
import { COUNTRIES } from "./lines"

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
  return regions.find((region) => COUNTRIES.includes(region)) ?? ""
}

function zone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}
