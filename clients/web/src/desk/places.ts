/**
 * Services where somebody can go on getting help, as the operator has entered them: what
 * can be pressed, what goes into a message, and how far an entry can be relied on.
 */

import type { ReferralContact, ReferralView } from "../protocol/events"

/** After so many days an entry is as good as not checked; lines of the page of help too. */
const RELIED_ON_DAYS = 365
const DAY_MS = 86_400_000

/**
 * Where a press on a contact leads; undefined: it is only read.
 *
 * The values are free text of a file that somebody keeps by hand, so that only what is
 * plainly a number, an address or a page becomes a link (RFC 3966, RFC 6068).
 */
export function linkOf({ channel, value }: ReferralContact): string | undefined {
  switch (channel) {
    case "phone":
      return /^\+?[0-9][0-9 ()./-]{1,30}$/.test(value) ? `tel:${value.replace(/[^0-9+]/g, "")}` : undefined
    case "mail":
      return /^[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+$/.test(value) ? `mailto:${value}` : undefined
    case "web":
      return pageOf(value)
    default:
      return undefined
  }
}

/** Its address as it stands; one that carries a name or a password is none. */
function pageOf(value: string): string | undefined {
  if (!/^https:\/\//i.test(value) || !URL.canParse(value)) return undefined
  const { href, protocol, username, password } = new URL(value)
  return protocol === "https:" && username === "" && password === "" ? href : undefined
}

/** What goes into the field where one writes: who it is, and how they are reached. */
export function written({ name, contacts }: ReferralView): string {
  return contacts.length === 0 ? name : `${name}: ${contacts.map(({ value }) => value).join(", ")}`
}

/** "checked", "old" when that is over a year ago, or "never"; no day to come is believed. */
export function reliance({ checked_on: checkedOn }: ReferralView, now: number): "checked" | "old" | "never" {
  const at = Date.parse(checkedOn)
  // It is tomorrow already somewhere.
  if (Number.isNaN(at) || at - now > DAY_MS) return "never"
  return now - at < RELIED_ON_DAYS * DAY_MS ? "checked" : "old"
}

/** Services of one kind, in the order in which they came. */
export interface OfKind {
  readonly kind: ReferralView["kind"]
  readonly services: readonly ReferralView[]
}

/** The order is the server's: of kinds by the first of each, within a kind as they came. */
export function byKind(services: readonly ReferralView[]): readonly OfKind[] {
  const kinds = [...new Set(services.map(({ kind }) => kind))]
  return kinds.map((kind) => ({ kind, services: services.filter((each) => each.kind === kind) }))
}
