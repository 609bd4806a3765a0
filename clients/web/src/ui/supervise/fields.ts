/** Which fields of a policy the form shows, and in which order. Whatever else there is stays as it is. */

export const BANDS = ["A0", "A1", "A2", "A3", "A4"] as const

/** Of a band: what is promised to whoever asks, and what goes with it. */
export const PROMISES = [
  "offer_seconds",
  "accept_seconds",
  "objective_percent",
  "reply_seconds",
  "silence_seconds",
  "follow_up_seconds",
] as const
export const CARE = ["responder_grace_seconds", "person_grace_seconds", "decompress_seconds"] as const

/** Of the whole desk, in groups. */
export const HOUSE = {
  offers: [
    ...["offer_most_seconds", "excluded_seconds", "expiries_until_paused", "first_reply_seconds", "lease_seconds"],
    ...["reserve_for_urgent", "reserve_from_on_duty", "transfer_answer_seconds"],
  ],
  team: ["urgent_soft_cap", "urgent_hard_cap", "rest_seconds", "wrap_up_seconds"],
  person: [
    ...["short_abandon_seconds", "place_kept_seconds", "typing_extends_seconds", "tap_age_most_seconds"],
    ...["cluster_opens", "cluster_seconds", "follow_up_spacing_seconds"],
  ],
  override: ["alone_seconds", "contact_seconds", "review_seconds", "location_seconds"],
  surge: ["surge_waiting", "surge_on_percent", "surge_off_percent", "surge_calm_seconds"],
} as const satisfies Readonly<Record<string, readonly string[]>>
export type HouseGroup = keyof typeof HOUSE
