/** Fixed reviews. */

import { signal } from "@preact/signals"
import type { ReviewCase, ReviewedNeed, Reviewing, Verdict, WaitingApplication } from "../../src/state/review-models"
import { document, GIVEN, SIXTEEN } from "./applications"
import { daysAway } from "./credentials"
import { done, DONE } from "./values"

const NOTED: Verdict = { met: true, source: "issuer", method: "document", on: "2026-03-16", until: undefined }

const reviewed = (more: Partial<ReviewedNeed> = {}): readonly ReviewedNeed[] =>
  GIVEN.map((each) => ({ ...each, mine: undefined, others: undefined, ...more }))

/** Nothing noted so far, and everything noted. */
export const FRESH = reviewed()
export const NOTED_ALL = reviewed({ mine: NOTED })
export const DECIDED = reviewed({ mine: NOTED, others: true })
/** One of sixteen with a picture, some noted, one of them not met. */
export const SOME: readonly ReviewedNeed[] = SIXTEEN.map((each, index) => ({
  ...{ ...each, finding: undefined, state: each.state === "missing" ? "missing" : "given" },
  documents: index === 0 ? [document("licence.png")] : each.documents,
  mine: index === 1 ? { ...NOTED, until: "2027-03-16" } : index === 4 ? { ...NOTED, met: false } : undefined,
  others: undefined,
}))

export function review(more: Partial<ReviewCase> = {}): ReviewCase {
  return {
    ...{ application: "a1", type: "peer_mentor", handle: "maple", submittedAt: daysAway(-3) },
    ...{ needs: FRESH, mine: "open", other: { kind: "none" } },
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
const picture = () => new Blob([Uint8Array.from(atob(PICTURE), (each) => each.charCodeAt(0))], { type: "image/png" })

export function reviewing(current: ReviewCase | undefined, more: Partial<Reviewing> = {}): Reviewing {
  return {
    waiting: signal(WAITING),
    forOthers: signal(2),
    current: signal(current),
    look: done("look"),
    take: done("take"),
    putBack: done("putBack"),
    open: () => Promise.resolve({ ...DONE, file: picture() }),
    note: done("note"),
    signOff: done("signOff"),
    sendBack: done("sendBack"),
    refuse: done("refuse"),
    ...more,
  }
}
