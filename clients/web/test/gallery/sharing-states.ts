/** Every state of the screen about what other systems are told. */

import { signal } from "@preact/signals"
import type { ConsentPurpose, Recipient, SharedPurpose, Sharing } from "../../src/state/sharing-models"
import { rooms } from "./app"
import { crisis } from "./crisis"
import { open, refused, type State } from "./state"
import { done, minutesAgo, never } from "./values"

const PURPOSES: readonly ConsentPurpose[] = [
  ...(["reward", "matching", "credential", "quality", "operations", "audit"] as const),
  ...(["care", "safety", "wallet", "chain", "witness"] as const),
]
const PAYS: Recipient = { host: "pay.example.org", types: ["session.*", "duty.ended"], hearsOfCrises: false }
const CARES: Recipient = { host: "partner.example.net", types: ["*"], hearsOfCrises: true }
const AGREED = { isGiven: true, givenVersion: 1, givenAt: minutesAgo(60_000) } as const

const NOBODY: SharedPurpose = {
  ...{ purpose: "reward", version: 1, isGiven: false, givenVersion: undefined, givenAt: undefined },
  ...{ takenBackAt: undefined, wasTold: false, recipients: [] },
}
const purposes = (more: Partial<Record<ConsentPurpose, Partial<SharedPurpose>>>): readonly SharedPurpose[] =>
  PURPOSES.map((purpose) => ({ ...NOBODY, purpose, ...more[purpose] }))

function shown(
  list: readonly SharedPurpose[] | undefined,
  more: Partial<Sharing> = {},
  state: Omit<State, "app" | "hash"> = {},
  around: Parameters<typeof open>[1] = {},
): State {
  const sharing: Sharing = {
    purposes: signal(list),
    look: done("look"),
    agree: done("agree"),
    takeBack: done("takeBack"),
    ...more,
  }
  return open("#/settings/sharing", { rooms: rooms({ sharing: () => Promise.resolve(sharing) }), ...around }, state)
}

const MIXED = purposes({
  reward: { ...AGREED, wasTold: true, recipients: [PAYS] },
  care: { recipients: [CARES] },
  wallet: { recipients: [{ ...PAYS, host: "a-very-long-name-of-a-machine.of-a-partner.example.org" }] },
  chain: { recipients: [{ ...PAYS, types: ["ledger.*"] }], takenBackAt: minutesAgo(900), ...{ givenVersion: 1 } },
})
const offline = () => Promise.resolve({ done: false, problem: { code: "offline", fault: "network" } } as const)
const answer = (purpose: ConsentPurpose) => `[data-purpose=${purpose}] [role=switch]`
const DO = "div:last-child > button:last-child"

export const SHARING_STATES: Readonly<Record<string, State>> = {
  sharing: shown(MIXED),
  "sharing-others": shown(MIXED, {}, { press: ["summary"] }),
  "sharing-none": shown(purposes({})),
  "sharing-loading": shown(undefined, { look: () => never() }),
  "sharing-offline": shown(undefined, { look: offline }),
  "sharing-older": shown(
    purposes({
      reward: { ...AGREED, isGiven: false, version: 2, recipients: [PAYS] },
      credential: { ...AGREED, isGiven: false, givenVersion: 0, recipients: [PAYS] },
      quality: { ...AGREED, recipients: [] },
    }),
  ),
  "sharing-changed": shown(MIXED, { agree: () => refused("conflict") }, { press: [answer("wallet")] }),
  "sharing-agree": shown(MIXED, {}, { press: [answer("care")] }),
  "sharing-agree-chain": shown(MIXED, {}, { press: [answer("chain")] }),
  "sharing-back": shown(MIXED, {}, { press: [answer("reward")] }),
  "sharing-back-refused": shown(MIXED, { takeBack: () => refused("rate_limited") }, { press: [answer("reward"), DO] }),
  "sharing-in-crisis": shown(MIXED, {}, {}, { crisis: crisis("waiting") }),
}
