/** Every state of the screen about one's time and rewards. */

import { signal } from "@preact/signals"
import type { RewardRoom } from "../../src/state/reward-models"
import { RewardsScreen } from "../../src/ui/rewards/RewardsScreen"
import { inShell } from "./credential-parts"
import { entry, papers, rewardRoom, rewards } from "./rewards"
import { refused, type State } from "./state"
import { DONE, minutesAgo, never } from "./values"

const offline = () => Promise.resolve({ done: false, problem: { code: "offline", fault: "network" } } as const)
const shown = (room: () => RewardRoom, more: Omit<State, "app" | "part"> = {}) =>
  inShell(() => <RewardsScreen room={room()} />, more)
const [RECEIPT, DISPUTE] = [{ press: ["li button"] }, { press: ["li p button:nth-child(2)"] }]
const ONE = rewards([entry()])
const receiptOf = (name: Parameters<typeof papers>[0], more: Parameters<typeof papers>[1] = {}) => ({
  receipt: () => Promise.resolve({ ...DONE, papers: papers(name, more) }),
})

export const REWARD_STATES: Readonly<Record<string, State>> = {
  rewards: shown(() =>
    rewardRoom(
      rewards([
        entry({ entry: "e5", rule: "peer.session", at: minutesAgo(300), state: "pending", micro: 67_500_000n }),
        entry({ entry: "e4", rule: "peer.circle", minutes: 90, state: "held", micro: 50_000_000n }),
        entry(),
        entry({ entry: "e3", rule: "professional.duty", minutes: 240, micro: 675_000_000n, owedMicro: 19_000_000n }),
        entry({ entry: "e2", rule: "peer.session", minutes: 10, state: "voided", micro: 0n, reason: "attended_pct" }),
        entry({ entry: "e1", rule: "peer.certification", minutes: 0, state: "corrected", micro: 600_000_000n }),
        entry({ entry: "e0", rule: "house.own_rule", minutes: 0, micro: 1n }),
      ]),
    ),
  ),
  "rewards-empty": shown(() => rewardRoom(rewards([], { balanceMicro: 0n, pendingMicro: 0n }))),
  "rewards-out": shown(() => rewardRoom(rewards([], { balanceMicro: 0n, pendingMicro: 0n, optedOut: true }))),
  "rewards-out-refused": shown(() => rewardRoom(ONE, { setOptedOut: () => refused("rate_limited") }), {
    press: ["[role=switch]"],
  }),
  "rewards-crisis": shown(() => rewardRoom(ONE, { inCrisis: signal(true) })),
  "rewards-loading": shown(() => rewardRoom(undefined, { look: () => never() })),
  "rewards-offline": shown(() => rewardRoom(undefined, { look: offline })),
  "rewards-off": shown(() => rewardRoom(undefined, { look: () => refused("rewards_off") })),
  "rewards-receipt": shown(() => rewardRoom(ONE), RECEIPT),
  "rewards-receipt-duty": shown(() => rewardRoom(ONE, receiptOf("duty_240")), RECEIPT),
  "rewards-receipt-short": shown(() => rewardRoom(ONE, receiptOf("owed")), RECEIPT),
  "rewards-receipt-voided": shown(() => rewardRoom(ONE, receiptOf("voided")), RECEIPT),
  "rewards-receipt-flawed": shown(
    () =>
      rewardRoom(
        ONE,
        receiptOf("peer", {
          beneficiary: "grace",
          document: papers("peer").document.replace('"67500000"', '"97500000"'),
        }),
      ),
    RECEIPT,
  ),
  "rewards-receipt-unreadable": shown(() => rewardRoom(ONE, receiptOf("peer", { document: "{}" })), RECEIPT),
  "rewards-receipt-gone": shown(() => rewardRoom(ONE, { receipt: () => refused("not_found") }), RECEIPT),
  "rewards-dispute": shown(() => rewardRoom(ONE), DISPUTE),
}
