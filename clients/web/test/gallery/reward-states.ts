/** Every state of the screens about one's time and rewards, and about those of others. */

import { signal } from "@preact/signals"
import type { RewardRoom } from "../../src/state/reward-models"
import type { Deciding, PackRoom } from "../../src/state/reward-staff-models"
import { rooms } from "./app"
import { award, deciding, dispute, entry, pack, packs, papers, POLICY, rewardRoom, rewards } from "./rewards"
import { open, refused, type State } from "./state"
import { DONE, minutesAgo, never } from "./values"

type More = Omit<State, "app" | "hash">

const offline = () => Promise.resolve({ done: false, problem: { code: "offline", fault: "network" } } as const)
const EMPTY = () => rewardRoom(rewards([]))
const inRooms = (own: () => RewardRoom, staff: () => Deciding, paidBy: () => PackRoom) => ({
  rooms: rooms({ rewards: () => Promise.resolve({ own: own(), deciding: staff(), packs: paidBy() }) }),
})
const shown = (room: () => RewardRoom, more: More = {}): State =>
  open(
    "#/rewards",
    inRooms(
      room,
      () => deciding([]),
      () => packs([]),
    ),
    more,
  )
const decided = (staff: () => Deciding, more: More = {}): State =>
  open(
    "#/rewards/decide",
    inRooms(EMPTY, staff, () => packs([])),
    more,
  )
const paid = (paidBy: () => PackRoom, more: More = {}): State =>
  open(
    "#/rewards/packs",
    inRooms(EMPTY, () => deciding([]), paidBy),
    more,
  )
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
        entry({ entry: "e00", rule: "peer.session", reason: "disputed" }),
        entry({ entry: "e000", rule: "peer.skill", minutes: 0, state: "voided", micro: 0n, reason: "revoked" }),
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
  "rewards-more": shown(
    () => rewardRoom(rewards([entry()], { hasMore: true, totalMinutes: 9_350 }), { more: offline }),
    { press: ["[data-part=more] button"] },
  ),
  "rewards-decide": decided(() =>
    deciding(
      [
        dispute(),
        dispute({ name: "oak", entry: entry({ entry: "e2", reason: "disputed" }), mine: true, others: 1 }),
        dispute({ name: "elm", entry: entry({ entry: "e3", minutes: 0 }), mine: false, others: 2 }),
      ],
      [
        award(),
        award({ award: "w2", mine: true }),
        award({ award: "w3", isOwn: true, rule: "house.own_rule" }),
        award({ award: "w4", state: "approved", approvals: 2, mine: true }),
        award({ award: "w5", state: "refused" }),
      ],
    ),
  ),
  "rewards-decide-empty": decided(() => deciding([])),
  "rewards-decide-loading": decided(() => deciding(undefined, undefined, { look: () => never() })),
  "rewards-decide-offline": decided(() => deciding(undefined, undefined, { look: offline })),
  "rewards-decide-forbidden": decided(() => deciding(undefined, undefined, { look: () => refused("role_required") })),
  "rewards-decide-correct": decided(
    () => deciding([dispute()], [], { decide: () => refused("client.passkey_unusable") }),
    { press: ["[data-part=dispute] p:last-of-type button", "div:last-child > button:last-child"] },
  ),
  "rewards-decide-keep": decided(() => deciding([dispute()]), {
    press: ["[data-part=dispute] p:last-of-type button:last-child"],
  }),
  "rewards-award-refused": decided(() => deciding([], [award()], { approve: () => refused("not_now") }), {
    press: ["[data-part=award] p button"],
  }),
  "rewards-propose": decided(() => deciding([], []), { press: ["section:last-of-type p button"] }),
  "rewards-packs": paid(() =>
    packs([
      pack({ rev: 3, isActive: false, document: POLICY, effectiveAt: minutesAgo(-20_000), hash: "c3".repeat(32) }),
      pack({ rev: 2, isActive: false, document: "{}", mine: true, hash: "b2".repeat(32) }),
      pack(),
      pack({ name: "professional", hash: "a1".repeat(32) }),
    ]),
  ),
  "rewards-packs-read": paid(() => packs([pack({ isActive: false, document: POLICY })]), { press: ["li p button"] }),
  "rewards-packs-agree": paid(
    () => packs([pack({ isActive: false, document: "{}" })], { agree: () => refused("pack_too_late") }),
    { press: ["li p button:last-child", "div:last-child > button:last-child"] },
  ),
  "rewards-packs-loading": paid(() => packs(undefined, { look: () => never() })),
  "rewards-packs-forbidden": paid(() => packs(undefined, { look: () => refused("role_required") })),
  "settings-of-all-roles": open("#/settings", {
    ...inRooms(
      EMPTY,
      () => deciding([]),
      () => packs([]),
    ),
    roles: signal(["coordinator", "operator"]),
  }),
}
