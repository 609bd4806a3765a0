/** Every state of an operator's screen about webhooks. */

import { signal } from "@preact/signals"
import type { DeadEvent, Endpoint, HookConsole } from "../../src/state/hook-models"
import { HooksScreen } from "../../src/ui/hooks/HooksScreen"
import { inShell } from "./credential-parts"
import { refused, type State } from "./state"
import { done, DONE, minutesAgo, never } from "./values"

function endpoint(more: Partial<Endpoint> = {}): Endpoint {
  return {
    ...{ endpoint: "3f9a", url: "https://hooks.example.org/in/mentalverse", purpose: "reward" },
    ...{ types: ["duty.ended", "session.*"], maxTier: 1, drills: false },
    ...{ state: "active", reason: undefined, waiting: 0, dead: 0 },
    oldestAt: undefined,
    rotatingUntil: undefined,
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
})

function hooks(list: readonly Endpoint[] | undefined, more: Partial<HookConsole> = {}): HookConsole {
  return {
    endpoints: signal(list),
    look: done("look"),
    dead: () => Promise.resolve({ ...DONE, events: DEAD }),
    test: () => Promise.resolve({ ...DONE, answer: { status: 204, outcome: "answered" } }),
    rotate: () => Promise.resolve({ ...DONE, verifies: `whsec_${"bWVudGFsdmVyc2U".repeat(3)}` }),
    replay: () => Promise.resolve({ ...DONE, queued: 3 }),
    disable: done("disable"),
    enable: done("enable"),
    ...more,
  }
}

const offline = () => Promise.resolve({ done: false, problem: { code: "offline", fault: "network" } } as const)
const shown = (room: () => HookConsole, more: Omit<State, "app" | "part"> = {}) =>
  inShell(() => <HooksScreen hooks={room()} />, more)
const [TEST, ROTATE, DISABLE] = [1, 2, 3].map((at) => `[data-part=actions] button:nth-child(${at})`)
const DO = "div:last-child > button:last-child"
const DEAD_SHOW = "[data-part=dead] button"
const DEAD_REPLAY = "[data-part=dead] button:nth-child(2)"

export const HOOK_STATES: Readonly<Record<string, State>> = {
  hooks: shown(() => hooks([GIVEN_UP, PARKED, DISABLED])),
  "hooks-empty": shown(() => hooks([])),
  "hooks-loading": shown(() => hooks(undefined, { look: () => never() })),
  "hooks-offline": shown(() => hooks(undefined, { look: offline })),
  "hooks-forbidden": shown(() => hooks(undefined, { look: () => refused("forbidden") })),
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
}
