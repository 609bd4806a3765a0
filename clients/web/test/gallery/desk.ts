/** Fixed values for the screens of those who answer people in a crisis. */

import { signal } from "@preact/signals"
import {
  type BandFigures,
  type BoardCase,
  type BoardResponder,
  type BoardView,
  type Desk,
  type DeskCase,
  type DeskView,
  type FollowUpView,
  NO_NOTES,
  type OfferView,
  type PageTestView,
  USUAL_KEYS,
} from "../../src/state/desk-models"
import type { Outcome } from "../../src/state/models"
import { overrides } from "./overrides"
import { REFERRALS } from "./referrals"
import { planning } from "./rota"
import { auditRoom, policyRoom, policyView } from "./supervise"
import { DONE, never, NOW } from "./values"

const now = NOW.getTime()
const ago = (seconds: number) => now - seconds * 1_000
const ahead = (seconds: number) => now + seconds * 1_000
const done = () => Promise.resolve(DONE)

/** Notes that are read once the page is told `notes-read`. */
export const lateNotes: Desk["notesOf"] = () =>
  new Promise((resolve) =>
    addEventListener("notes-read", () => resolve({ ...NO_NOTES, text: "Likes the lake." }), { once: true }),
  )

export const gone: () => Promise<Outcome> = () =>
  Promise.resolve({ done: false, problem: { code: "already_held", fault: "network" } })

export function offer(band: number, more: Partial<OfferView> = {}): OfferView {
  return {
    ...{ case: `case-${band}`, offer: `offer-${band}`, band, made_at: ago(4), expires_at: ahead(16) },
    ...{ opened_at: ago(6), accept_due_at: ahead(9), now, language: "en", region: "GB", channel: "text" },
    ...{ needs: [], is_minor: false, is_rescue: false, drill: false },
    ...more,
  }
}

export function held(more: Partial<DeskCase> = {}): DeskCase {
  return {
    ...{ case: "k1", role: "holder", fence: 1, status: "active", band: 1, person: "a1", conversation: "c1" },
    ...{ opened_at: ago(640), language: "en", region: "GB", channel: "text", needs: [], is_minor: false },
    ...{ is_joined: true, reply_due_at: null, person_away_until: null, responder_away_until: null },
    ...{ silent_since: null, wrap_up_until: null, follow_up_required: true, transfer_to: null, drill: false },
    ...{ return_asked: false, back_up_advised: false },
    ...more,
  }
}

export function view(more: Partial<DeskView> = {}): DeskView {
  return {
    ...{ now, duty: "on", is_supervisor: false, resting_until: null, urgent_today: 1, urgent_soft_cap: 3 },
    ...{ urgent_hard_cap: 5, max_slots: 2, offers: [], cases: [], follow_ups_due: 1, is_surge: false, is_demo: false },
    ...{ may_start_early: false, page_test: null, wanted: [] },
    ...more,
  }
}

/** A test notice, as far as it has come. */
export function pageTest(more: Partial<PageTestView> = {}): PageTestView {
  return { sent_at: ago(20), browsers: 2, seen_at: null, ...more }
}

export function desk(shown: Partial<DeskView> = {}, more: Partial<Desk> = {}): Desk {
  return {
    view: signal(view(shown)),
    now: signal(now),
    news: signal(undefined),
    rung: signal(0),
    wishes: {
      ...{ volume: signal(60), shortcuts: signal(true), keys: signal(USUAL_KEYS) },
      stored: () => Promise.resolve(),
    },
    followUps: signal({ now, follow_ups: FOLLOW_UPS }),
    board: signal(undefined),
    overrides: overrides(),
    planning: planning(),
    allow: done,
    agreeReturn: done,
    start: done,
    pause: done,
    end: done,
    sendTestPage: done,
    pageCame: done,
    accept: () => never(),
    decline: done,
    raise: done,
    lower: done,
    askSupervisors: done,
    join: done,
    stepOut: done,
    acknowledge: done,
    handTo: done,
    giveBack: done,
    keep: done,
    answerTransfer: done,
    finish: done,
    wrapUp: done,
    referrals: () => Promise.resolve({ ...DONE, referrals: REFERRALS }),
    typed: () => undefined,
    notesOf: () => Promise.resolve({ ...NO_NOTES, text: "Sister is called Fern. Likes the lake.", checked: ["means"] }),
    keepNotes: done,
    lookAtFollowUps: done,
    take: done,
    record: done,
    watchBoard: () => () => undefined,
    policy: policyRoom(policyView()),
    audit: auditRoom(),
    ...more,
  }
}

function followUp(band: number, dueIn: number, attempts: number): FollowUpView {
  return {
    ...{ case: `f${band}`, band, status: "follow_up_due", due_at: ahead(dueIn), attempts, person: "a1" },
    ...{ conversation: "c1", language: "en", taken_by: null, is_mine: false, is_in: false },
  }
}

const FOLLOW_UPS = [
  { ...followUp(1, -5_400, 1), taken_by: "maple", is_mine: true, is_in: true },
  { ...followUp(0, -600, 0), taken_by: "maple", is_mine: true },
  followUp(2, 7_200, 0),
  { ...followUp(3, 9_000, 0), taken_by: "heron" },
]

function boardCase(name: string, more: Partial<BoardCase>): BoardCase {
  return {
    ...{ case: name, band: 2, status: "waiting", opened_at: ago(20), accept_due_at: ahead(100), language: "en" },
    ...{ region: "GB", channel: "text", asked: [], holder: null, guests: [], level: 0, paging: [], paged_at: null },
    ...{ acked_by: "", next_rung_at: ahead(40), person_away_until: null, responder_away_until: null },
    ...{ silence_level: 0, asks_for_supervisor: false, is_clustered: false, is_trusted: true, drill: false },
    ...{ return_reason: "", back_up_advised: false },
    ...more,
  }
}

function responder(handle: string, more: Partial<BoardResponder> = {}): BoardResponder {
  return {
    ...{ account: handle, handle, duty: "on", is_online: true, is_supervisor: false, slots_used: 1, max_slots: 2 },
    ...{ resting_until: null, languages: ["en", "es"], takes_urgent: true },
    ...more,
  }
}

function figures(band: number, came: number, inTime: number, objective: number): BandFigures {
  return {
    ...{ band, arrivals: came, judged: came, answered_in_time: inTime, excluded: 0, objective_percent: objective },
    ...{ wait_p50_ms: 7_000 * (band + 1), wait_p90_ms: 14_000 * (band + 1), wait_p99_ms: 44_000 * (band + 1) },
  }
}

const EMPTY_FIGURES = { wait_p50_ms: null, wait_p90_ms: null, wait_p99_ms: null }

const TIERS: BoardView["tiers"] = [
  { tier: "tier_1", targets: 3, tested_at: ago(7_200), is_tested: true },
  { tier: "tier_2", targets: 1, tested_at: ago(7_200), is_tested: false },
  { tier: "supervisor", targets: 2, tested_at: null, is_tested: false },
  { tier: "clinical_lead", targets: 0, tested_at: null, is_tested: false },
]

const THIS_HOUR = Math.floor(now / 3_600_000) * 3_600_000
const UNCOVERED: BoardView["uncovered"] = [
  ...[5, 6, 7, 8].map((hour) => missing(hour, "ar", false)),
  ...[5, 6, 7, 8].map((hour) => missing(hour, "", false)),
  ...[12, 13].map((hour) => missing(hour, "es", true)),
]

function missing(hour: number, language: string, isUrgent: boolean): BoardView["uncovered"][number] {
  return { starts_at: THIS_HOUR + hour * 3_600_000, language, is_urgent: isUrgent }
}

export const BOARD: BoardView = {
  ...{ now, policy: "default-1", is_surge: false, surge_why: "", urgent_capacity_left: 2 },
  cases: [
    boardCase("b1", {
      ...{ band: 0, status: "offered", opened_at: ago(19), accept_due_at: ago(4), asked: ["wren", "fern"], level: 2 },
      ...{ paging: ["tier_1"], paged_at: ago(4), next_rung_at: ahead(11) },
    }),
    boardCase("b2", { asked: ["heron"], status: "offered" }),
    boardCase("b3", { band: 3, is_clustered: true, accept_due_at: ahead(540), language: "ar", region: "EG" }),
    boardCase("b4", {
      ...{ band: 1, status: "active", holder: "maple", opened_at: ago(1_500), asks_for_supervisor: true },
      ...{
        back_up_advised: true,
        next_rung_at: null,
        silence_level: 1,
        return_reason: "I know this person from school",
      },
    }),
    boardCase("b5", {
      ...{ band: 2, status: "active", holder: "wren", guests: ["heron"], opened_at: ago(900) },
      ...{ next_rung_at: null, person_away_until: ahead(480) },
    }),
  ],
  responders: [
    responder("maple"),
    responder("wren", { slots_used: 2 }),
    responder("heron", { is_supervisor: true, slots_used: 0 }),
    responder("fern", { duty: "paused", slots_used: 0, takes_urgent: false, languages: ["ar"] }),
    responder("alder", { is_online: false }),
    responder("moss", { resting_until: ahead(420), slots_used: 0 }),
    responder("rowan", { duty: "off", resting_until: ahead(25_000), is_online: false, slots_used: 0 }),
  ],
  spans: [
    {
      since: ago(1_200),
      bands: [
        figures(0, 3, 2, 90),
        figures(1, 5, 5, 90),
        { ...figures(2, 9, 8, 90), arrivals: 11, excluded: 2 },
        { ...figures(3, 0, 0, 85), ...EMPTY_FIGURES },
        { ...figures(4, 0, 0, 80), ...EMPTY_FIGURES },
      ],
    },
    {
      since: ago(86_400),
      bands: [0, 1, 2, 3, 4].map((band) => figures(band, 40 + band, 37, 90 - 5 * Math.max(0, band - 2))),
    },
  ],
  ...{ staff_needed: 5, staff_present: 4, follow_ups_due: 6, follow_ups_overdue: 1, overrides_unconfirmed: 1 },
  ...{ canary_at: ago(140), spooled: 0, is_demo: false, is_rota_empty: false },
  tiers: TIERS,
  uncovered: UNCOVERED,
}

export const QUIET_BOARD: BoardView = {
  ...BOARD,
  ...{ tiers: [], uncovered: [], is_rota_empty: true },
  ...{ cases: [], responders: [], staff_needed: null, staff_present: 0, urgent_capacity_left: 0, canary_at: null },
  ...{ is_surge: true, surge_why: "2 A0 and A1 are waiting", spooled: 1, overrides_unconfirmed: 0 },
  spans: BOARD.spans.map((span) => ({
    ...span,
    bands: span.bands.map((each) => ({ ...each, judged: 0, ...EMPTY_FIGURES })),
  })),
}
