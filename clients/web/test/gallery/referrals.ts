/** Services that nobody offers, of every kind of contact, and cases that want back-up. */

import type { Desk, Referrals, ReferralView, WantedCase } from "../../src/state/desk-models"
import { DONE, NOW } from "./values"

function service(name: string, more: Partial<ReferralView> = {}): ReferralView {
  return {
    ...{ name, what: "", kind: "counselling", contacts: [], languages: ["en"], hours: "", cost: "" },
    checked_on: "",
    ...more,
  }
}

export const REFERRALS: Referrals = {
  is_list_empty: false,
  services: [
    service("Lakeside talking rooms", {
      what: "Six free talks with somebody who is trained, in person or by phone.",
      contacts: [
        { channel: "phone", value: "0800 000 0000" },
        { channel: "mail", value: "hello@lakeside.example" },
        { channel: "web", value: "https://lakeside.example/begin-to-talk-with-somebody-this-week" },
      ],
      ...{ languages: ["en", "ar"], hours: "Mon to Fri, 9:00 to 17:00", cost: "Free", checked_on: "2026-03-01" },
    }),
    service("North House", {
      ...{ kind: "shelter", what: "A bed for tonight. No papers are asked for.", checked_on: "2024-01-05" },
      contacts: [
        { channel: "place", value: "1 North Road, side door" },
        { channel: "text", value: "00000, begin with BED" },
      ],
    }),
    service("بيت النهر", {
      ...{ kind: "shelter", languages: ["ar"], contacts: [{ channel: "phone", value: "ask at the desk" }] },
    }),
  ],
}

export const WANTED: readonly WantedCase[] = [
  { case: "w1", band: 0, since: NOW.getTime() - 40_000, language: "en", holder: "maple" },
  { case: "w2", band: 2, since: NOW.getTime() - 400_000, language: "ar", holder: null },
]

/** A list with nothing for this country, or with nothing at all. */
export function noPlaces(isEmpty: boolean): Desk["referrals"] {
  return () => Promise.resolve({ ...DONE, referrals: { services: [], is_list_empty: isEmpty } })
}
