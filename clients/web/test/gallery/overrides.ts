/** Acting without consent, at every step of it. */

import { signal } from "@preact/signals"
import {
  type Drafting,
  type FoundPlace,
  NOTHING_WRITTEN,
  type OverrideDesk,
  type OverrideView,
} from "../../src/state/override-models"
import { done, NOW } from "./values"

const now = NOW.getTime()
const HASH = "5".repeat(64)
const MINUTE = 60_000

const OTHER: OverrideView = {
  ...{ override: "o1", case: "k1", status: "opened", basis: "vital_interests", to: "ambulance", drill: false },
  ...{ statement_hash: HASH, released_hash: HASH, person_informed: true, why_not: "" },
  ...{ opened_by: "heron", opened_by_handle: "heron", opened_at: now - 18_000, alone_from: now + 42_000 },
  ...{ cosigned_by: null, alone_because: "", released_at: null, confirmed_by: null, confirmed_at: null },
  ...{ told_next_at: now + 42_000, has_location: true },
}

/** One that this account has opened, as it stands after `more`. */
export function override(more: Partial<OverrideView> = {}): OverrideView {
  return { ...OTHER, opened_by: "me", opened_by_handle: "quiet-river", ...more }
}

/** Of each step one, as a supervisor who has opened some of them sees it. */
export const OVERRIDES: readonly OverrideView[] = [
  OTHER,
  override({ override: "o2", opened_at: now - 61_000, alone_from: now - 1_000, has_location: false }),
  override({
    ...{ override: "o3", status: "released", cosigned_by: "fern", to: "mobile_team" },
    ...{ opened_at: now - 5 * MINUTE, released_at: now - 4 * MINUTE, told_next_at: now + 6 * MINUTE },
  }),
  {
    ...{ ...OTHER, override: "o4", status: "confirmed", basis: "serious_threat", to: "police" },
    ...{ person_informed: false, why_not: "Would have run away, and said so twice.", drill: true },
    ...{ opened_by_handle: null, opened_at: now - 300 * MINUTE, released_at: now - 299 * MINUTE },
    ...{ alone_because: "The night shift was alone.", confirmed_by: "heron", confirmed_at: now - 280 * MINUTE },
    ...{ told_next_at: now + 60 * 60 * MINUTE },
  },
]

export const ADDRESS: FoundPlace = {
  text: "17 Larkspur Terrace\nthird door, the bell says Fern",
  at: new Date(now - 12 * MINUTE),
}
export const POSITION: FoundPlace = { latitude: 51.507412, longitude: -0.127801, accuracyM: 18, at: ADDRESS.at }

export const WRITTEN: Drafting = {
  ...NOTHING_WRITTEN,
  ...{ basis: "vital_interests", to: "ambulance", informed: "no" },
  ...{ statement: "Wrote at 15:12 that they took all of the tablets, and answers slower since." },
  ...{ released: "Somebody has taken an overdose of tablets about 20 minutes ago." },
}

export function overrides(
  list: readonly OverrideView[] | undefined = [],
  place: FoundPlace = ADDRESS,
  draft: Drafting = NOTHING_WRITTEN,
): OverrideDesk {
  const written = signal(draft)
  return {
    account: "me",
    list: signal(list),
    watch: () => () => undefined,
    draftOf: () => written,
    open: done("open"),
    cosign: done("cosign"),
    alone: done("alone"),
    withdraw: done("withdraw"),
    confirm: done("confirm"),
    review: done("review"),
    place: () => Promise.resolve({ done: true, place }),
    saidOf: ({ opened_by }) =>
      Promise.resolve(
        opened_by === "me"
          ? {
              ...{ statement: WRITTEN.statement, released: WRITTEN.released, keptUntil: new Date("2026-06-15") },
              proof: new Blob(["{}"]),
            }
          : undefined,
      ),
  }
}
