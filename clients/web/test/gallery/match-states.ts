/** Every state of the screens about finding a mentor, being one, and looking at proposals. */

import { signal } from "@preact/signals"
import { NO_ANSWERS } from "../../src/state/intake"
import type { MatchOffering, MatchReviews, MatchRoom, MatchRooms, MatchView } from "../../src/state/match-models"
import type { Session } from "../../src/state/models"
import { rooms } from "./app"
import {
  DATA,
  matchQueue,
  matchRoom,
  offerRoom,
  offering,
  option,
  PLAN,
  proposal,
  reviews,
  together,
  view,
} from "./matching"
import { open, refused, type State } from "./state"
import { minutesAgo, never } from "./values"

type More = Omit<State, "app" | "hash">

const shown = (own: Partial<MatchRooms>): Partial<Session> => ({
  rooms: rooms({
    matching: () =>
      Promise.resolve({
        search: matchRoom(view()),
        offering: offerRoom(offering()),
        queue: matchQueue(reviews()),
        ...own,
      }),
  }),
})
const MENTOR: Partial<Session> = { roles: signal(["mentor"]) }

const offline = () => Promise.resolve({ done: false, problem: { code: "offline", fault: "network" } } as const)
const searched = (hash: string, how: Partial<MatchView> | undefined, room: Partial<MatchRoom>, more: More, who = {}) =>
  open(hash, { ...shown({ search: matchRoom(how && view(how), room) }), ...who }, more)
const find = (how: Partial<MatchView> | undefined, room: Partial<MatchRoom> = {}, more: More = {}) =>
  searched("#/mentor", how, room, more)
const helping = (how: Partial<MatchView>, room: Partial<MatchRoom> = {}, more: More = {}) =>
  searched("#/mentor", how, room, more, MENTOR)
const data = (how: Partial<MatchView> | undefined, room: Partial<MatchRoom> = {}, more: More = {}) =>
  searched("#/mentor/data", how, room, more)
const offered = (
  how: Partial<MatchOffering> | undefined,
  room: Partial<MatchRooms["offering"]> = {},
  more: More = {},
) => open("#/mentor/offer", { ...shown({ offering: offerRoom(how && offering(how), room) }), ...MENTOR }, more)
const queue = (how: Partial<MatchReviews> | undefined, room: Partial<MatchRooms["queue"]> = {}, more: More = {}) =>
  open("#/mentor/queue", shown({ queue: matchQueue(how && reviews(how), room) }), more)

const NEXT = "[data-part=steps] button:last-child"
const steps = (count: number): More => ({ press: Array.from({ length: count }, () => NEXT) })
const SEND = "div > p > button"
const [CHOOSE, SHOW] = ["li > p:last-child > button", "li button"]
const DO = "div:last-child > button:last-child"
const THREE = [option(0, "maple"), option(1, "heron"), option(2, "wren", { standing: "closed" })]
const CHOICE = { stage: "choice", until: minutesAgo(-8_000), proposal: "p1", options: THREE, data: DATA } as const
const ASK = { ask: "q1", name: "fern", plan: PLAN, answerBy: minutesAgo(-3_000) }
const [REMATCH, END] = ["[data-part=parting] button", "[data-part=parting] button:last-child"]

const WISHED = together({
  isActive: true,
  iWish: { structure: "practical", meetingsAMonth: 4, until: minutesAgo(-9_000) },
  theyWish: { structure: "open", meetingsAMonth: 1, until: minutesAgo(-19_000) },
})

const SEARCH_STATES: Readonly<Record<string, State>> = {
  mentor: find({}),
  "mentor-loading": find(undefined, { look: () => never() }),
  "mentor-offline": find(undefined, { look: offline }),
  "mentor-about": find({}, {}, steps(1)),
  "mentor-manner": find({}, {}, steps(2)),
  "mentor-rest": find({}, {}, steps(3)),
  "mentor-send": find({}, {}, steps(4)),
  "mentor-send-lacks": find({}, { answers: signal(NO_ANSWERS) }, steps(4)),
  "mentor-send-refused": find({}, { begin: () => refused("not_now") }, { press: [...(steps(4).press ?? []), SEND] }),
  "mentor-looking": find({ stage: "looking", data: DATA }),
  "mentor-review": find({ stage: "review", until: minutesAgo(-3_000), data: DATA }),
  "mentor-choice": find(CHOICE),
  "mentor-points": find(CHOICE, {}, { press: [SHOW] }),
  "mentor-choose": find(CHOICE, { choose: () => refused("not_now") }, { press: [CHOOSE, DO] }),
  "mentor-others-refused": find(CHOICE, { others: () => refused("not_now") }, { press: ["[data-part=none] button"] }),
  "mentor-asked": find({ ...CHOICE, stage: "asked", chosen: 1 }),
  "mentor-impossible": find({ stage: "impossible", against: ["language", "too_few", "a_new_rule"], data: DATA }),
  "mentor-lapsed": find({ stage: "lapsed", data: DATA }),
  "mentor-ended": find({ stage: "ended", data: DATA }),
  "mentor-preparing": find({ stage: "preparing", together: [together()], data: DATA }),
  "mentor-prepared": find({
    stage: "preparing",
    together: [together({ oriented: true, contact: "declined", conversation: "c1" })],
  }),
  "mentor-active": find({ stage: "active", together: [together({ isActive: true, conversation: "c1" })], data: DATA }),
  "mentor-terms": find({ stage: "active", together: [WISHED] }),
  "mentor-terms-ask": find(
    { stage: "active", together: [together({ isActive: true })] },
    { adjust: () => refused("not_now") },
    { press: ["[data-part=terms] > p > button", DO] },
  ),
  "mentor-terms-refused": find(
    { stage: "active", together: [WISHED] },
    { adjust: () => refused("not_now") },
    { press: ["[data-part=terms] button"] },
  ),
  "mentor-rematch": find({ stage: "active", together: [together({ isActive: true })] }, {}, { press: [REMATCH] }),
  "mentor-end": find(
    { stage: "active", together: [together({ isActive: true })] },
    { end: () => refused("not_found") },
    { press: [END, DO] },
  ),
  "mentor-data": data({ data: DATA }),
  "mentor-data-empty": data({}),
  "mentor-data-loading": data(undefined, { look: () => never() }),
  "mentor-data-offline": data(undefined, { look: offline }),
  "mentor-data-refused": data({ data: DATA }, { withdraw: () => refused("rate_limited") }, { press: ["li button"] }),
}

const HELPED = [
  together({ iAmMentor: true, name: "fern", oriented: true }),
  together({
    relationship: "r2",
    iAmMentor: true,
    name: "quiet-river-of-the-north",
    isActive: true,
    conversation: "c1",
  }),
]

const HELPING_STATES: Readonly<Record<string, State>> = {
  "mentor-none": helping({}),
  "mentor-of": helping({ together: HELPED }),
  "mentor-of-end": helping({ together: HELPED.slice(1) }, {}, { press: [END] }),
  "mentor-asks": helping({ asks: [ASK, { ...ASK, ask: "q2", name: "quiet-river-of-the-north" }] }),
  "mentor-asks-yes": helping({ asks: [ASK] }, { answer: () => refused("not_now") }, { press: ["li button", DO] }),
  "mentor-offer": offered({}),
  "mentor-offer-none": offered({ data: [] }),
  "mentor-offer-about": offered({ data: [] }, {}, steps(1)),
  "mentor-offer-rest": offered({ data: [] }, {}, steps(3)),
  "mentor-offer-send": offered(
    {},
    { offer: () => refused("rate_limited") },
    { press: ["[data-part=offer] button", ...(steps(4).press ?? []), SEND] },
  ),
  "mentor-offer-paused": offered(
    { isPaused: true },
    { pause: () => refused("rate_limited") },
    { press: ["[role=switch]"] },
  ),
  "mentor-offer-not-eligible": offered({ isEligible: false }),
  "mentor-offer-back": offered({}, {}, { press: ["[data-part=offer] button:last-child"] }),
  "mentor-offer-forbidden": offered(undefined, { look: () => refused("role_required") }),
  "mentor-offer-loading": offered(undefined, { look: () => never() }),
}

const ONE = { waiting: [proposal()], waitingInAll: 1 }
const LEAVE_OUT = "li fieldset input"

const QUEUE_STATES: Readonly<Record<string, State>> = {
  "mentor-queue": queue({ waiting: [proposal(), proposal({ proposal: "p2", name: "wren" })], waitingInAll: 60 }),
  "mentor-queue-empty": queue({}),
  "mentor-queue-new": queue({ last: undefined, looking: 0 }),
  "mentor-queue-running": queue({ isRunning: true }),
  "mentor-queue-points": queue(ONE, {}, { press: [SHOW] }),
  "mentor-queue-leave-out": queue(ONE, {}, { press: [LEAVE_OUT] }),
  "mentor-queue-few": queue(
    { waiting: [proposal({ options: proposal().options.slice(0, 2) })], waitingInAll: 1 },
    {},
    { press: [LEAVE_OUT] },
  ),
  "mentor-queue-refused": queue(ONE, { release: () => refused("not_now") }, { press: ["[type=submit]"] }),
  "mentor-queue-run-refused": queue({}, { run: () => refused("rate_limited") }, { press: ["[data-part=runs] button"] }),
  "mentor-queue-loading": queue(undefined, { look: () => never() }),
  "mentor-queue-offline": queue(undefined, { look: offline }),
  "mentor-queue-forbidden": queue(undefined, { look: () => refused("role_required") }),
}

export const MATCH_STATES: Readonly<Record<string, State>> = {
  ...SEARCH_STATES,
  ...HELPING_STATES,
  ...QUEUE_STATES,
}
