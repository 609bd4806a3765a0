/** Every state of an operator's screens about webhooks. */

import { signal } from "@preact/signals"
import type { Catalogue, DeadEvent, Endpoint, HookAct, HookConsole } from "../../src/state/hook-models"
import { rooms } from "./app"
import { open, refused, type State } from "./state"
import { done, DONE, minutesAgo, never } from "./values"

function endpoint(more: Partial<Endpoint> = {}): Endpoint {
  return {
    ...{ endpoint: "3f9a", url: "https://hooks.example.org/in/mentalverse", purpose: "reward" },
    ...{ types: ["duty.ended", "session.*"], maxTier: 1, drills: false },
    ...{ state: "active", reason: undefined, waiting: 0, dead: 0 },
    oldestAt: undefined,
    rotatingUntil: undefined,
    publicKey: `whpk_${"TWVudGFsVmVyc2U".repeat(2)}Kw==`,
    ...more,
  }
}

const DEAD: readonly DeadEvent[] = [
  { event: "a1", type: "session.ended", occurredAt: minutesAgo(4_000), attempts: 12, last: "timeout" },
  { event: "a2", type: "duty.ended", occurredAt: minutesAgo(3_990), attempts: 1, last: "4xx" },
  { event: "a3", type: "duty.ended", occurredAt: minutesAgo(3_900), attempts: 7, last: undefined },
]
const GIVEN_UP = endpoint({ waiting: 1_204, dead: 3, oldestAt: minutesAgo(42) })
const PARKED = endpoint({
  ...{ endpoint: "77c0", purpose: "operations", types: ["*"], maxTier: 0, state: "parked" },
  ...{ waiting: 96, oldestAt: minutesAgo(180), rotatingUntil: minutesAgo(-4_000) },
})
const DISABLED = endpoint({
  endpoint: "b81e",
  purpose: "care",
  maxTier: 2,
  state: "disabled",
  reason: "gone",
  dead: 40,
  publicKey: undefined,
})
const LOG: readonly HookAct[] = [
  { at: minutesAgo(3), act: "rotate", endpoint: "3f9a", url: endpoint().url, by: "quiet-harbour" },
  { at: minutesAgo(90), act: "disable", endpoint: "9b11", url: undefined, by: "quiet-harbour" },
  { at: minutesAgo(4_000), act: "add", endpoint: "3f9a", url: endpoint().url, by: undefined },
]
const CATALOGUE: Catalogue = {
  families: [
    { name: "session", tier: 0 },
    { name: "relationship", tier: 1 },
    { name: "crisis", tier: 2 },
    { name: "duty", tier: 1 },
    { name: "match", tier: 0 },
    { name: "ledger", tier: 0 },
  ],
  purposes: ["reward", "matching", "operations", "care"],
}
const SECRET = `whsec_${"bWVudGFsdmVyc2U".repeat(3)}`

function hooks(list: readonly Endpoint[] | undefined, more: Partial<HookConsole> = {}): HookConsole {
  return {
    endpoints: signal(list),
    log: signal(LOG),
    catalogue: signal(CATALOGUE),
    look: done("look"),
    lookAtLog: done("lookAtLog"),
    lookAtCatalogue: done("lookAtCatalogue"),
    add: () => Promise.resolve({ ...DONE, verifies: SECRET }),
    dead: () => Promise.resolve({ ...DONE, events: DEAD }),
    test: () => Promise.resolve({ ...DONE, answer: { status: 204, outcome: "answered" } }),
    rotate: () => Promise.resolve({ ...DONE, verifies: SECRET }),
    replay: () => Promise.resolve({ ...DONE, queued: 3 }),
    disable: done("disable"),
    enable: done("enable"),
    ...more,
  }
}

const offline = () => Promise.resolve({ done: false, problem: { code: "offline", fault: "network" } } as const)
const at = (hash: string, room: () => HookConsole, more: Omit<State, "app" | "hash"> = {}): State =>
  open(hash, { rooms: rooms({ hooks: () => Promise.resolve(room()) }) }, more)
const shown = (room: () => HookConsole, more: Omit<State, "app" | "hash"> = {}): State => at("#/hooks", room, more)
const [TEST, ROTATE, DISABLE] = [1, 2, 3].map((place) => `[data-part=actions] button:nth-child(${place})`)
const DO = "div:last-child > button:last-child"
const DEAD_SHOW = "[data-part=dead] button"
const DEAD_REPLAY = "[data-part=dead] button:nth-child(2)"

export const HOOK_STATES: Readonly<Record<string, State>> = {
  hooks: shown(() => hooks([GIVEN_UP, PARKED, DISABLED])),
  "hooks-empty": shown(() => hooks([])),
  "hooks-loading": shown(() => hooks(undefined, { look: () => never() })),
  "hooks-offline": shown(() => hooks(undefined, { look: offline })),
  "hooks-forbidden": shown(() => hooks(undefined, { look: () => refused("role_required") })),
  "hooks-tested": shown(() => hooks([endpoint()]), { press: [TEST ?? ""] }),
  "hooks-unreached": shown(
    () => hooks([PARKED], { test: () => Promise.resolve({ ...DONE, answer: { status: undefined, outcome: "tls" } }) }),
    { press: [TEST ?? ""] },
  ),
  "hooks-rotate": shown(() => hooks([endpoint()]), { press: [ROTATE ?? ""] }),
  "hooks-rotated": shown(() => hooks([endpoint()]), { press: [ROTATE ?? "", DO] }),
  "hooks-disable": shown(() => hooks([endpoint()], { disable: () => refused("not_found") }), {
    press: [DISABLE ?? "", DO],
  }),
  "hooks-dead": shown(() => hooks([GIVEN_UP]), { press: [DEAD_SHOW] }),
  "hooks-replayed": shown(() => hooks([GIVEN_UP]), { press: [DEAD_REPLAY] }),
  "hooks-dead-disabled": shown(() => hooks([DISABLED]), { press: [DEAD_SHOW] }),
  "hooks-rotated-key": shown(
    () => hooks([endpoint()], { rotate: () => Promise.resolve({ ...DONE, verifies: endpoint().publicKey }) }),
    { press: [ROTATE ?? "", DO] },
  ),
  "hooks-rotated-lost": shown(
    () => hooks([endpoint()], { rotate: () => Promise.resolve({ ...DONE, verifies: null }) }),
    { press: [ROTATE ?? "", DO] },
  ),
  "hooks-test-refused": shown(() => hooks([endpoint()], { test: () => refused("tested_just_now") }), {
    press: [TEST ?? ""],
  }),
  "hooks-add": at("#/hooks/add", () => hooks([])),
  "hooks-add-loading": at("#/hooks/add", () =>
    hooks([], { catalogue: signal(undefined), lookAtCatalogue: () => never() }),
  ),
  "hooks-add-refused": at("#/hooks/add", () => hooks([], { add: () => refused("bad_request") }), {
    type: "https://hooks.example.org/in",
    press: ["[type=checkbox]", "[type=submit]"],
  }),
  "hooks-added": at("#/hooks/add", () => hooks([]), {
    type: "https://hooks.example.org/in",
    press: ["[type=checkbox]", "[type=submit]"],
  }),
  "hooks-log": at("#/hooks/log", () => hooks([])),
  "hooks-log-empty": at("#/hooks/log", () => hooks([], { log: signal([]) })),
  "hooks-log-offline": at("#/hooks/log", () => hooks([], { log: signal(undefined), lookAtLog: offline })),
}
