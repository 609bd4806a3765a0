/** Fixed applications. */

import { signal } from "@preact/signals"
import type { Application, Applying, Need, NeedWay, Offer } from "../../src/state/application-models"
import { daysAway } from "./credentials"
import { done, DONE } from "./values"

export function need(name: string, way: NeedWay, more: Partial<Need> = {}): Need {
  return {
    ...{ need: name, group: undefined, way, optional: false, state: "missing" },
    ...{ since: undefined, documents: [], minutes: undefined, finding: undefined },
    ...more,
  }
}

export const document = (name: string | undefined, more = {}) => ({
  ...{ document: `d-${name ?? "sealed"}`, name, size: 284_000 },
  ...more,
})

const FOUND = {
  met: true,
  since: undefined,
  source: "issuer",
  method: "document",
  on: "2026-03-12",
  until: undefined,
} as const
const REGISTER = {
  met: true,
  since: undefined,
  source: "register",
  method: "register",
  on: "2026-03-12",
  until: "2027-03-11",
} as const

/** Of a peer mentor, as far as somebody has come. */
export const BEGUN: readonly Need[] = [
  need("level:basic", "training", { minutes: { done: 1_140, needed: 1_200 } }),
  need("credential:level_basic", "held"),
  need("stable_recovery", "statement", { state: "given", since: "2023-11-02" }),
  need("growth", "document"),
  need("communication", "document"),
  need("boundaries", "document", { state: "given", documents: [document("course on boundaries.pdf")] }),
  need("commitment", "statement"),
  need("training", "document"),
]

export const GIVEN: readonly Need[] = BEGUN.map((each) => {
  switch (each.way) {
    case "statement":
      return { ...each, state: "given", since: each.since ?? "2026-01-01" }
    case "document":
      return { ...each, state: each.documents.length > 0 ? "given" : "missing" }
    default:
      return { ...each, state: "met" }
  }
})

export const MET: readonly Need[] = GIVEN.map((each) => ({
  ...each,
  state: "met",
  finding: each.way === "statement" || each.way === "document" ? FOUND : undefined,
}))

const PAPER = "diploma with a name that is rather long and goes on for a while.pdf"

/** All sixteen of a professional, in every state. */
export const SIXTEEN: readonly Need[] = [
  need("licence", "document", {
    group: "licence",
    state: "met",
    documents: [document("licence.pdf")],
    finding: REGISTER,
  }),
  need("licence_status", "document", { group: "licence", state: "met", finding: REGISTER }),
  need("disciplinary_history", "document", { group: "licence" }),
  need("continuing_education", "document", {
    ...{ group: "licence", state: "expired", documents: [document("courses of 2024.pdf")] },
    finding: { ...FOUND, until: "2026-02-28" },
  }),
  need("degree", "document", { group: "education", state: "given", documents: [document(PAPER), document(undefined)] }),
  need("internship", "document", { group: "education" }),
  need("special_training", "document", { group: "education", optional: true }),
  need("board_certification", "document", { group: "education", optional: true }),
  need("clinical_experience", "document", { group: "experience", state: "not_met", finding: FOUND }),
  need("supervision_history", "statement", { group: "experience", state: "given", since: "2020-09-01" }),
  need("references", "document", { group: "experience", state: "given", documents: [document("شهادة.pdf")] }),
  need("outcome_data", "document", { group: "experience", optional: true }),
  need("technology", "document", { group: "platform" }),
  need("platform_training", "training", { group: "platform", state: "met", minutes: { done: 600, needed: 600 } }),
  need("ethics_and_privacy", "statement", { group: "platform" }),
  need("a_new_rule", "statement", { group: "platform" }),
]

export function application(more: Partial<Application> = {}): Application {
  return {
    ...{ application: "a1", type: "peer_mentor", standing: "draft", needs: BEGUN },
    ...{ signedOff: 0, at: daysAway(-3), reason: undefined },
    ...more,
  }
}

const OFFERS: readonly Offer[] = [
  { type: "peer_mentor", needs: 6 },
  { type: "professional", needs: 16 },
  { type: "specialty_crisis", needs: 1 },
]

export function applying(applications: readonly Application[] | undefined, more: Partial<Applying> = {}): Applying {
  return {
    offers: signal(applications && OFFERS),
    applications: signal(applications),
    mostOctets: 10_000_000,
    look: done("look"),
    begin: () => Promise.resolve({ ...DONE, application: "a2" }),
    state: done("state"),
    attach: done("attach"),
    detach: done("detach"),
    submit: done("submit"),
    withdraw: done("withdraw"),
    ...more,
  }
}
