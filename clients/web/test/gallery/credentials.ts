/** Fixed credentials and training. */

import { signal } from "@preact/signals"
import type { CredentialRoom, OwnCredential, Training } from "../../src/state/credential-models"
import { done, DONE, NOW } from "./values"

const DAY_MS = 86_400_000
export const daysAway = (days: number) => new Date(NOW.getTime() + days * DAY_MS)

/** As long as one of a peer mentor is, and signed by nobody. */
const JWT = `eyJhbGciOiJFZERTQSIsInR5cCI6InZjK2p3dCJ9.${"eyJ2YyI6e30".repeat(180)}.${"c2ln".repeat(21)}`

export function credential(more: Partial<OwnCredential> = {}): OwnCredential {
  return {
    ...{ credential: "k1", type: "peer_mentor" },
    issuedAt: daysAway(-120),
    validUntil: daysAway(245),
    status: "active",
    reason: undefined,
    steps: [],
    ...more,
  }
}

export const STEPS = [
  { step: "monthly_session", dueOn: "2026-03-28" },
  { step: "quarterly_update", dueOn: "2026-03-28" },
  { step: "supervision", dueOn: "2026-03-15" },
] as const

export const TRAINING: Training = {
  minutes: 1_199,
  modules: [
    { module: "foundation", minutes: 1_199, needed: 1_200, is_passed: false },
    { module: "specialized_knowledge", minutes: 0, needed: 900, is_passed: false },
    { module: "platform_technology", minutes: 0, needed: 600, is_passed: false },
    { module: "practical_application", minutes: 0, needed: 900, is_passed: false },
  ],
  next: { level: "basic", needed: 1_200, lacks: ["minutes", "assessment:foundation"] },
}

export const TRAINED: Training = {
  minutes: 3_690,
  modules: [
    { module: "foundation", minutes: 1_230, needed: 1_200, is_passed: true },
    { module: "specialized_knowledge", minutes: 900, needed: 900, is_passed: true },
    { module: "platform_technology", minutes: 615, needed: 600, is_passed: false },
    { module: "practical_application", minutes: 900, needed: 900, is_passed: true },
    { module: "continuing_education", minutes: 45, needed: 0, is_passed: false },
  ],
  next: { level: "master", needed: 6_000, lacks: ["level:specialist", "sign_off"] },
}

export function credentials(
  list: readonly OwnCredential[] | undefined,
  training?: Training,
  more: Partial<CredentialRoom> = {},
): CredentialRoom {
  return {
    list: signal(list),
    training: signal(training),
    rememberedFrom: signal(undefined),
    look: done("look"),
    copy: () => Promise.resolve({ ...DONE, copy: { jwt: JWT } }),
    renew: done("renew"),
    ...more,
  }
}
