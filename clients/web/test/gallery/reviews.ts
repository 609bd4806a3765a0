/** Fixed reviews. */

import { signal } from "@preact/signals"
import type { Finding } from "../../src/state/application-models"
import type { ReviewCase, Reviewing, WaitingApplication } from "../../src/state/review-models"
import { document, GIVEN, MET, SIXTEEN } from "./applications"
import { daysAway } from "./credentials"
import { done, DONE } from "./values"

const NOTED: Finding = {
  ...{ met: true, source: "issuer", method: "document", on: "2026-03-16" },
  ...{ until: undefined, since: undefined },
}

export const NOTED_ALL = MET
/** One of sixteen with a picture, some noted, one of them not met. */
export const SOME = SIXTEEN.map((each, index) => ({
  ...each,
  documents: index === 0 ? [document("licence.png")] : each.documents,
  finding: index === 1 ? { ...NOTED, until: "2027-03-16" } : index === 4 ? { ...NOTED, met: false } : undefined,
}))

export function review(more: Partial<ReviewCase> = {}): ReviewCase {
  return {
    ...{ application: "a1", type: "peer_mentor", handle: "maple", submittedAt: daysAway(-3) },
    ...{ standing: "submitted", needs: GIVEN, mine: "open", others: [], signedOff: 0 },
    missing: ["stable_recovery", "growth", "communication", "boundaries", "commitment", "training"],
    ...more,
  }
}

const WAITING: readonly WaitingApplication[] = [
  { application: "a1", type: "peer_mentor", submittedAt: daysAway(-6), signedOff: 1 },
  { application: "a5", type: "professional", submittedAt: daysAway(-3), signedOff: 0 },
  { application: "a6", type: "specialty_crisis", submittedAt: daysAway(-1), signedOff: 0 },
]

/** A picture of one point. */
const PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
const picture = () =>
  new File([Uint8Array.from(atob(PICTURE), (each) => each.charCodeAt(0))], "licence.png", { type: "image/png" })

export function reviewing(current: ReviewCase | undefined, more: Partial<Reviewing> = {}): Reviewing {
  return {
    waiting: signal(WAITING),
    forOthers: signal(2),
    current: signal(current),
    look: done("look"),
    see: done("see"),
    open: () => Promise.resolve({ ...DONE, file: picture() }),
    note: done("note"),
    signOff: done("signOff"),
    sendBack: done("sendBack"),
    refuse: done("refuse"),
    ...more,
  }
}
