/** Every state of the screens about finding a mentor. */

import { signal } from "@preact/signals"
import { NO_ANSWERS } from "../../src/state/intake"
import type { MatchRoom, MatchView } from "../../src/state/match-models"
import { MatchDataScreen } from "../../src/ui/matching/MatchDataScreen"
import { MatchScreen } from "../../src/ui/matching/MatchScreen"
import { inShell } from "./credential-parts"
import { DATA, matchRoom, option, PLAN, together, view } from "./matching"
import { refused, type State } from "./state"
import { minutesAgo, never } from "./values"

type More = Omit<State, "app" | "part">

const offline = () => Promise.resolve({ done: false, problem: { code: "offline", fault: "network" } } as const)
const find = (shown: Partial<MatchView> | undefined, room: Partial<MatchRoom> = {}, more: More = {}) =>
  inShell(() => <MatchScreen room={matchRoom(shown && view(shown), room)} />, more)
const data = (shown: Partial<MatchView> | undefined, room: Partial<MatchRoom> = {}, more: More = {}) =>
  inShell(() => <MatchDataScreen room={matchRoom(shown && view(shown), room)} />, more)

const NEXT = "[data-part=steps] button:last-child"
const steps = (count: number): More => ({ press: Array.from({ length: count }, () => NEXT) })
const SEND = "div > p > button"
const [CHOOSE, SHOW] = ["li > p:last-child > button", "li button"]
const DO = "div:last-child > button:last-child"
const THREE = [option("o1", "maple"), option("o2", "heron"), option("o3", "wren", { standing: "closed" })]
const CHOICE = { stage: "choice", until: minutesAgo(-8_000), options: THREE, data: DATA } as const
const ASK = { ask: "q1", name: "fern", plan: PLAN, answerBy: minutesAgo(-3_000) }
const PART = "section:last-of-type button"

export const MATCH_STATES: Readonly<Record<string, State>> = {
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
  "mentor-choose": find(CHOICE, { choose: () => refused("no_option") }, { press: [CHOOSE, DO] }),
  "mentor-others-refused": find(CHOICE, { others: () => refused("over") }, { press: ["[data-part=none] button"] }),
  "mentor-asked": find({ ...CHOICE, stage: "asked", chosen: "o2" }),
  "mentor-impossible": find({ stage: "impossible", against: ["language", "time", "a_new_rule"], data: DATA }),
  "mentor-lapsed": find({ stage: "lapsed", data: DATA }),
  "mentor-ended": find({ stage: "ended", data: DATA }),
  "mentor-preparing": find({ stage: "preparing", together: together(), data: DATA }),
  "mentor-prepared": find({
    stage: "preparing",
    together: together({ oriented: true, contact: "declined", conversation: "c1" }),
  }),
  "mentor-active": find({ stage: "active", together: together({ conversation: "c1" }), data: DATA }),
  "mentor-rematch": find({ stage: "active", together: together() }, {}, { press: [PART] }),
  "mentor-of": find({ stage: "preparing", together: together({ iAmMentor: true, name: "fern", oriented: true }) }),
  "mentor-of-end": find({ stage: "active", together: together({ iAmMentor: true }) }, {}, { press: [PART] }),
  "mentor-asks": find({ asks: [ASK, { ...ASK, ask: "q2", name: "quiet-river-of-the-north" }] }),
  "mentor-asks-yes": find({ asks: [ASK] }, { answer: () => refused("full") }, { press: ["li button", DO] }),
  "mentor-data": data({ data: DATA }),
  "mentor-data-empty": data({}),
  "mentor-data-loading": data(undefined, { look: () => never() }),
  "mentor-data-offline": data(undefined, { look: offline }),
  "mentor-data-refused": data({ data: DATA }, { withdraw: () => refused("rate_limited") }, { press: ["li button"] }),
}
