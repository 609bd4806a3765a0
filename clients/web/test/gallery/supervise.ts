/** The promises of the desk and its log, as supervisors find them. */

import { signal } from "@preact/signals"
import type {
  AuditResult,
  AuditRoom,
  Node,
  PolicyProposal,
  PolicyRoom,
  PolicyTrial,
  PolicyView,
} from "../../src/state/supervise-models"
import { changed, readDocument } from "../../src/state/supervise-models"
import policy from "./policy.json"
import { done, NOW } from "./values"

const now = NOW.getTime()
const DAY = 86_400_000

export const SHIPPED = readDocument(JSON.stringify(policy)) ?? {}
export const QUICKER: Node = [
  [["revision"], "2026-11-22"] as const,
  [["bands", "A1", "accept_seconds"], 20] as const,
  [
    ["bands", "A1", "plan", "stages"],
    [
      { at_seconds: 0, pending: 2 },
      { at_seconds: 90, pending: null },
    ],
  ] as const,
  [
    ["ladder", 1, "pages"],
    ["tier_1", "supervisor"],
  ] as const,
  [["rest_seconds"], 36_000] as const,
].reduce<Node>((document, [path, value]) => changed(document, path, value), SHIPPED)

const WARNING = {
  weight: "warning",
  where: "bands.A1.plan",
  what: "about 71 % would be accepted within 20 s, and 90 % are promised: ask more people sooner",
} as const
const ERROR = {
  weight: "error",
  where: "ladder.tier_2",
  what: "nobody is behind this tier: name who is paged",
} as const

export function policyView(more: Partial<PolicyView> = {}): PolicyView {
  return {
    ...{ now, revision: "default-1", document: JSON.stringify(SHIPPED, null, 2), findings: [], proposal: null },
    ...{ clinical_owner: "Dr Ada Lake" },
    history: [
      {
        ...{ revision: "default-1", adopted_at: null, proposed_by: null, adopted_by: null },
        ...{ signed_by: "Dr Ada Lake", signed_on: "2026-09-01" },
      },
    ],
    ...more,
  }
}

export function proposal(more: Partial<PolicyProposal> = {}): PolicyProposal {
  return {
    ...{ revision: "2026-11-22", document: JSON.stringify(QUICKER), document_hash: "ab".repeat(32) },
    ...{ proposed_by: "heron", is_mine: false, proposed_at: now - 3_600_000, signed_by: "Dr Ada Lake" },
    ...{ signed_on: "2026-11-20", findings: [WARNING] },
    ...more,
  }
}

export const BARRED = proposal({ findings: [WARNING, ERROR] })

export const LATER: Partial<PolicyView> = {
  revision: "autumn",
  history: [
    {
      ...{ revision: "autumn", adopted_at: now - 20 * DAY, proposed_by: "heron", adopted_by: "maple" },
      ...{ signed_by: "Dr Ada Lake", signed_on: "2026-11-01" },
    },
    ...policyView().history,
  ],
}

const past = (band: number, judged: number, inTime: number, here: number) => ({
  ...{ band, judged, in_time: inTime, in_time_here: here },
})
const twin = (band: number, arrivals: number, before: number, after: number) => ({
  ...{ band, arrivals, in_time_permille: before, in_time_permille_here: after },
  ...{ wait_p90_ms: 22_000 * (band + 1), wait_p90_ms_here: 17_000 * (band + 1) },
})

export const TRIAL: PolicyTrial = {
  problem: "",
  findings: [WARNING],
  past: [past(0, 12, 11, 11), past(1, 31, 29, 22), past(2, 57, 55, 55), past(3, 0, 0, 0), past(4, 0, 0, 0)],
  twin: [twin(0, 12, 917, 917), twin(1, 31, 710, 903), twin(2, 57, 965, 930)],
  assumptions: ["Talks take 40 minutes on average.", "Three of four offers are accepted, half of these within 6 s."],
}

export function policyRoom(view: PolicyView | undefined, more: Partial<PolicyRoom> = {}): () => Promise<PolicyRoom> {
  return () =>
    Promise.resolve({
      view: signal(view),
      draft: signal(undefined),
      kept: signal(true),
      look: done("look"),
      write: () => undefined,
      tryOut: () => Promise.resolve({ done: true, trial: TRIAL }),
      propose: done("propose"),
      adopt: done("adopt"),
      discard: done("discard"),
      ...more,
    })
}

export function auditResult(more: Partial<AuditResult> = {}): AuditResult {
  return {
    ...{ rows: 5_431, head: "4c06185f34d8ede7e3577045f3adb2b8640097be9cee91df3a8ef3bf732fbd67", erased: 14 },
    ...{ from: new Date(now - 80 * DAY), until: new Date(now - 90_000), broken: undefined, given: undefined },
    kept: { head: "00".repeat(32), rows: 4_800, at: new Date(now - 7 * DAY), holds: true },
    file: new Blob(["x".repeat(6_200_000)]),
    ...more,
  }
}

export function auditRoom(more: Partial<AuditRoom> = {}): () => Promise<AuditRoom> {
  return () =>
    Promise.resolve({
      ...{ progress: signal(undefined), result: signal(undefined), read: done("read"), stop: () => undefined },
      ...more,
    })
}
