/** Acting without consent, as screens show it and ask for it. Times are the server's. */

import type { ReadonlySignal, Signal } from "@preact/signals"
import type { OverrideBasis, OverrideView } from "../protocol/events"
import type { Outcome } from "./asked"

export type { OverrideBasis, OverrideStatus, OverrideView } from "../protocol/events"

/** What somebody states when they open an override. */
export interface OverrideDraft {
  /** One for each decision: sent again, it opens the same override. */
  readonly request: string
  readonly basis: OverrideBasis
  /** Who is told: a kind, such as `ambulance`, never a name. */
  readonly to: string
  /** Why, and what is told to others: both stay on this device. */
  readonly statement: string
  readonly released: string
  /** Why the person is not told; undefined if they are. */
  readonly whyNot: string | undefined
}

/** The same while somebody writes it: kept as long as the page, since they look at the talk in between. */
export interface Drafting {
  readonly request: string
  readonly basis: OverrideBasis | ""
  readonly to: string
  readonly statement: string
  readonly released: string
  readonly informed: "yes" | "no" | ""
  readonly whyNot: string
}

export const NOTHING_WRITTEN: Drafting = {
  ...{ request: "", basis: "", to: "", statement: "", released: "", informed: "", whyNot: "" },
}

/** What was stated on this device, and how long it stays. */
export interface Said {
  readonly statement: string
  readonly released: string
  readonly keptUntil: Date
  /** Both texts with their random octets: what shows later that they were the ones. */
  readonly proof: Blob
}

/** Where the person is: what they wrote, or what their device found (WGS 84, degrees). */
export type FoundPlace = { readonly at: Date } & (
  | { readonly text: string }
  | { readonly latitude: number; readonly longitude: number; readonly accuracyM: number }
)

export interface OverrideDesk {
  /** This account: what it opened is its own. */
  readonly account: string
  /** Those that are not over, the oldest first; undefined until the server has said. */
  readonly list: ReadonlySignal<readonly OverrideView[] | undefined>
  /** Keeps the list up to date until the function that it gives is called. */
  watch(): () => void
  /** What somebody is writing about a case. */
  draftOf(held: string): Signal<Drafting>
  open(held: string, draft: OverrideDraft): Promise<Outcome>
  /** A supervisor agrees, who did not open it: it is released. */
  cosign(override: string): Promise<Outcome>
  /** Released without a second person, who did not answer in time. */
  alone(override: string, reason: string): Promise<Outcome>
  withdraw(override: string): Promise<Outcome>
  /** Help has reached the person. */
  confirm(override: string): Promise<Outcome>
  review(override: string): Promise<Outcome>
  /** For who opened it, once it is released. */
  place(override: string): Promise<Outcome & { readonly place?: FoundPlace | undefined }>
  /** What was stated; undefined on any other device. */
  saidOf(override: OverrideView): Promise<Said | undefined>
}
