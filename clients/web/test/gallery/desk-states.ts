/** The states of the desk: of responders, and of those who supervise. */

import { signal } from "@preact/signals"
import type { Desk, DeskView } from "../../src/state/desk-models"
import { BOARD, desk, gone, held, lateNotes, offer, pageTest, QUIET_BOARD } from "./desk"
import { ADDRESS, override, OVERRIDES, overrides, POSITION, WRITTEN } from "./overrides"
import { afterCard } from "./parts"
import { noPlaces, WANTED } from "./referrals"
import { planning, rota } from "./rota"
import { app, session } from "./app"
import { changed, EMPTY } from "../../src/state/supervise-models"
import { auditResult, auditRoom, BARRED, LATER, policyRoom, policyView, proposal, QUICKER } from "./supervise"
import { CRISIS_TALK } from "./crisis"
import { conversation, never, NOW } from "./values"
import { open, refused, type State } from "./state"

const atDesk = (
  part: string,
  shown: Partial<DeskView> = {},
  more: Partial<Desk> = {},
  state: Omit<State, "app" | "hash"> = {},
): State => open(`#/desk${part}`, { desk: signal(desk(shown, more)) }, state)
const supervising = (part: string, more: Partial<Desk> = {}, state: Omit<State, "app" | "hash"> = {}): State =>
  atDesk(part, { is_supervisor: true }, more, state)
const inCase = (more: Parameters<typeof held>[0] = {}, state: Omit<State, "app" | "hash"> = {}): State =>
  atDesk("/case/k1", { cases: [held(more)] }, {}, state)
/** Opens the tools (where they stand beside the talk: closes their notes), and the places in them. */
const PLACES = [
  "[aria-expanded=false], aside details:nth-of-type(1) > summary",
  "details:not([name]):nth-of-type(4) > summary",
]

export const DESK_STATES: Readonly<Record<string, State>> = {
  desk: atDesk("", {
    cases: [held(), held({ case: "k2", band: 3, role: "guest" })],
    is_supervisor: true,
    is_demo: true,
  }),
  "desk-off": atDesk("", { duty: "off", follow_ups_due: 0 }),
  "desk-resting": atDesk(
    "",
    { duty: "off", resting_until: NOW.getTime() + 25_000_000 },
    { start: () => refused("not_now") },
    { press: ["main p button"] },
  ),
  "desk-early": atDesk("", { duty: "off", resting_until: NOW.getTime() + 25_000_000, may_start_early: true }),
  "desk-test": atDesk("", { page_test: pageTest() }, {}, { press: ["main details summary"] }),
  "desk-test-none": atDesk("", { page_test: pageTest({ sent_at: null, browsers: 0 }) }),
  "desk-test-refused": atDesk(
    "",
    { page_test: pageTest({ browsers: 0 }) },
    { sendTestPage: () => refused("rate_limited") },
    { press: ["main section:first-of-type button"] },
  ),
  "desk-test-came": atDesk("", { page_test: pageTest({ seen_at: NOW.getTime() - 5_000 }) }),
  "desk-break": atDesk("", { duty: "paused", urgent_today: 3, resting_until: NOW.getTime() + 540_000, is_surge: true }),
  "desk-offers": atDesk("", { offers: [offer(0, { is_rescue: true, is_minor: true }), offer(3, { language: "ar" })] }),
  "desk-offer-gone": atDesk(
    "",
    { offers: [offer(1, { needs: ["grief"] })] },
    { accept: gone },
    { press: ["[data-offer] button"] },
  ),
  "desk-offer-elsewhere": open("#/", { desk: signal(desk({ offers: [offer(1)], cases: [held()] })) }),
  "desk-news": open("#/", { desk: signal(desk({}, { news: signal({ kind: "offer_over", why: "rescinded" }) })) }),
  "desk-keys": atDesk("", {}, {}, { press: ["section:last-of-type button:last-of-type"] }),
  "case-joining": inCase({
    ...{ status: "accepted", is_joined: false, conversation: null, band: 0 },
    reply_due_at: NOW.getTime() + 31_000,
  }),
  "case-talk": inCase(),
  "case-tools": inCase({ band: 0 }, { press: ["[aria-expanded=false], aside details summary"] }),
  "case-cards": inCase(
    {},
    {
      press: [
        "[aria-expanded=false], aside details:nth-of-type(2) > summary",
        "details[name=card]:nth-of-type(3) > summary",
      ],
    },
  ),
  "case-referrals": inCase({}, { press: PLACES }),
  "case-referrals-none": atDesk("/case/k1", { cases: [held()] }, { referrals: noPlaces(false) }, { press: PLACES }),
  "case-referrals-empty": atDesk("/case/k1", { cases: [held()] }, { referrals: noPlaces(true) }, { press: PLACES }),
  "case-referrals-refused": atDesk(
    "/case/k1",
    { cases: [held()] },
    { referrals: () => refused("rate_limited") },
    { press: PLACES },
  ),
  "case-back-up": inCase({ band: 0, back_up_advised: true }),
  "case-back-up-asked": inCase({ band: 0, back_up_advised: true }, { press: ["[role=status] button"] }),
  "desk-wanted": atDesk("", { wanted: WANTED, cases: [held()] }),
  "case-silent": inCase({ silent_since: NOW.getTime() - 70_000, transfer_to: "heron" }),
  "case-notes-late": atDesk("/case/k1", { cases: [held()] }, { notesOf: lateNotes }),
  "case-returning": inCase({ return_asked: true }),
  "case-guest": inCase({ role: "guest" }, { press: ["[aria-expanded=false], aside details:last-of-type summary"] }),
  "case-person-away": inCase({ person_away_until: NOW.getTime() + 700_000 }),
  "case-asked": inCase({ role: null }),
  "case-wrap-up": inCase(
    { status: "wrap_up", wrap_up_until: NOW.getTime() + 480_000 },
    { press: ["p:last-child > button"] },
  ),
  "after-card": { app: () => app({ kind: "open", session: session() }), part: afterCard },
  "case-over": atDesk("/case/k1", { resting_until: NOW.getTime() + 300_000 }),
  "follow-ups": atDesk("/follow-ups", {}, {}, { press: ["li:first-child summary"] }),
  "follow-ups-supervisor": atDesk("/follow-ups", { is_supervisor: true }),
  "follow-up-talk": open("#/c/c1", {
    desk: signal(desk()),
    open: () => Promise.resolve(conversation({ messages: signal(CRISIS_TALK) })),
  }),
  "follow-ups-none": atDesk("/follow-ups", {}, { followUps: signal({ now: 0, follow_ups: [] }) }),
  policy: supervising("/policy", { policy: policyRoom(policyView(LATER)) }),
  "policy-opening": supervising("/policy", { policy: policyRoom(undefined, { look: () => never() }) }),
  "policy-proposed": supervising("/policy", { policy: policyRoom(policyView({ ...LATER, proposal: proposal() })) }),
  "policy-mine": supervising("/policy", {
    policy: policyRoom(policyView({ proposal: proposal({ is_mine: true, findings: [] }) })),
  }),
  "policy-barred": supervising("/policy", { policy: policyRoom(policyView({ proposal: BARRED })) }),
  "policy-adopt": supervising(
    "/policy",
    {
      policy: policyRoom(policyView({ proposal: proposal() }), {
        adopt: () => Promise.resolve({ done: false, problem: { code: "not_now", fault: "network" } }),
      }),
    },
    { press: ["[data-part=proposal] p button", "dialog div > div:last-child > button:last-child"] },
  ),
  "policy-draft": supervising(
    "/policy",
    { policy: policyRoom(policyView(LATER), { draft: signal(QUICKER) }) },
    { press: ["[data-band=A0] summary", "[data-part=ladder] summary", "[data-part=surge] summary"] },
  ),
  "policy-incomplete": supervising("/policy", {
    policy: policyRoom(policyView(), { draft: signal(changed(QUICKER, ["bands", "A0", "accept_seconds"], EMPTY)) }),
  }),
  "policy-tried": supervising(
    "/policy",
    { policy: policyRoom(policyView(), { draft: signal(QUICKER) }) },
    { press: ["form [type=submit]", "[data-told] details summary"] },
  ),
  "policy-malformed": supervising(
    "/policy",
    {
      policy: policyRoom(policyView(), {
        draft: signal(QUICKER),
        tryOut: () =>
          Promise.resolve({
            done: true,
            trial: { problem: "bands.A1.plan: ends", findings: [], past: [], twin: [], assumptions: [] },
          }),
      }),
    },
    { press: ["form [type=submit]"] },
  ),
  audit: supervising("/audit"),
  "audit-reading": supervising("/audit", {
    audit: auditRoom({ progress: signal({ rows: 1_200, total: 5_431 }) }),
  }),
  "audit-holds": supervising("/audit", { audit: auditRoom({ result: signal(auditResult({ given: true })) }) }),
  "audit-broken": supervising("/audit", {
    audit: auditRoom({
      result: signal(auditResult({ rows: 17, broken: { place: 17, flaw: "value" }, kept: undefined })),
    }),
  }),
  "audit-rewritten": supervising("/audit", {
    audit: auditRoom({
      result: signal(
        auditResult({ kept: { head: "00", rows: 4_800, at: new Date(NOW.getTime() - 600_000_000), holds: false } }),
      ),
    }),
  }),
  "audit-empty": supervising("/audit", {
    audit: auditRoom({
      result: signal(auditResult({ rows: 0, from: undefined, until: undefined, erased: 0, kept: undefined })),
    }),
  }),
  board: atDesk("/board", { is_supervisor: true }, { board: signal(BOARD) }),
  "board-drill": atDesk(
    "/board",
    { is_supervisor: true },
    { board: signal(BOARD) },
    { press: ["[data-drill] button"] },
  ),
  rota: atDesk("/rota", { is_supervisor: true }),
  "rota-empty": atDesk("/rota", { is_supervisor: true }, { planning: planning(rota([])) }),
  "rota-read": atDesk("/rota", {}, { planning: planning(rota(undefined, { may_change: false })) }),
  "rota-done": atDesk(
    "/rota",
    { is_supervisor: true },
    {
      planning: planning(rota(), {
        isThisWeek: signal(false),
        done: signal({ what: "copied", count: 12, canUndo: true }),
      }),
    },
  ),
  "rota-add": atDesk("/rota", { is_supervisor: true }, {}, { press: ["[data-gap] button"] }),
  "rota-change": atDesk("/rota", { is_supervisor: true }, {}, { press: ["[data-shift=maple-3-14] button"] }),
  "board-quiet": atDesk("/board", { is_supervisor: true }, { board: signal(QUIET_BOARD) }, { press: ["summary"] }),
  "case-override": atDesk(
    "/case/k1",
    { cases: [held()] },
    { overrides: overrides([override()]) },
    {
      press: ["[aria-expanded=false], aside details:nth-last-of-type(2) summary"],
    },
  ),
  overrides: atDesk("/overrides", { is_supervisor: true, cases: [held()] }, { overrides: overrides(OVERRIDES) }),
  "overrides-none": atDesk("/overrides", { is_supervisor: true }),
  "overrides-opening": atDesk("/overrides", {}, { overrides: { ...overrides(), list: signal(undefined) } }),
  "override-alone": atDesk(
    "/overrides",
    {},
    { overrides: overrides(OVERRIDES.slice(1, 2)) },
    {
      press: ["[data-override] details summary"],
    },
  ),
  "override-address": atDesk(
    "/overrides",
    {},
    { overrides: overrides(OVERRIDES.slice(2, 3), ADDRESS) },
    {
      press: ["[data-override] button"],
    },
  ),
  "override-position": atDesk(
    "/overrides",
    {},
    { overrides: overrides(OVERRIDES.slice(2, 3), POSITION) },
    {
      press: ["[data-override] button"],
    },
  ),
  "override-no-half": atDesk(
    "/overrides",
    {},
    {
      overrides: {
        ...overrides(OVERRIDES.slice(2, 3)),
        place: () => refused("client.location_half_missing"),
        saidOf: () => Promise.resolve(undefined),
      },
    },
    { press: ["[data-override] button"] },
  ),
  "override-open": atDesk("/override/k1", { cases: [held()] }, {}, { press: ["[type=submit]"] }),
  "override-written": atDesk("/override/k1", { cases: [held()] }, { overrides: overrides([], ADDRESS, WRITTEN) }),
  "override-already": atDesk("/override/k1", { cases: [held()] }, { overrides: overrides([override()]) }),
}
