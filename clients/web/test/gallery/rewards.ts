/** Fixed rewards, with receipts that Python wrote and a policy signed by a key of the gallery's own. */

import { signal } from "@preact/signals"
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { sign, signatureKeyPair } from "../../src/e2ee/formats/ed25519"
import known from "../../src/rewards/receipts.json"
import type { ReceiptPapers, RewardEntry, RewardRoom, Rewards } from "../../src/state/reward-models"
import type { Award, Deciding, Dispute, PackRoom, PackShown } from "../../src/state/reward-staff-models"
import { done, DONE, minutesAgo } from "./values"

const pair = signatureKeyPair(new Uint8Array(32).fill(7))

function signed({ document, hash }: (typeof known.packs)["peer"]): ReceiptPapers["pack"] {
  const message = concatBytes(utf8ToBytes("MentalVerse reward pack v1"), hexToBytes(hash))
  return { document, key: bytesToHex(pair.public), signature: bytesToHex(sign(pair, message)) }
}

/** Whether the receipt of a case is one's own, and its policy in order. */
export function papers(name: keyof typeof known.receipts, more: Partial<ReceiptPapers> = {}): ReceiptPapers {
  const { document } = known.receipts[name]
  const pack = document.includes('"pack":"peer"') ? known.packs.peer : known.packs.professional
  return { document, pack: signed(pack), event: "evt_1", beneficiary: "ada", ...more }
}

export function entry(more: Partial<RewardEntry> = {}): RewardEntry {
  return {
    ...{ entry: "e1", rule: "professional.session", at: minutesAgo(12_000), minutes: 50 },
    state: "posted",
    micro: 756_000_000n,
    owedMicro: 0n,
    reason: undefined,
    ...more,
  }
}

export function rewards(entries: readonly RewardEntry[], more: Partial<Rewards> = {}): Rewards {
  return {
    ...{ entries, hasMore: false, totalMinutes: entries.reduce((sum, { minutes }) => sum + minutes, 0) },
    ...{ balanceMicro: 2_431_500_000n, pendingMicro: 67_500_000n, optedOut: false },
    ...more,
  }
}

export function rewardRoom(shown: Rewards | undefined, more: Partial<RewardRoom> = {}): RewardRoom {
  return {
    rewards: signal(shown),
    policyKey: signal(bytesToHex(pair.public)),
    inCrisis: signal(false),
    isOff: signal(false),
    look: done("look"),
    more: done("more"),
    receipt: () => Promise.resolve({ ...DONE, papers: papers("professional") }),
    dispute: done("dispute"),
    setOptedOut: done("setOptedOut"),
    ...more,
  }
}

export function dispute(more: Partial<Dispute> = {}): Dispute {
  return {
    ...{ account: "a1", name: "maple", entry: entry({ state: "held", reason: "disputed" }) },
    reason: "We had twenty minutes more: my device lost its connection, and we went on by voice.",
    at: minutesAgo(3_000),
    mine: undefined,
    others: 0,
    ...more,
  }
}

export function award(more: Partial<Award> = {}): Award {
  return {
    ...{ award: "w1", name: "quiet-harbour", isOwn: false, rule: "peer.knowledge", amountMvt: 75 },
    reason: "The guide for first meetings, which everybody uses by now.",
    ...{ state: "proposed", approvals: 1, mine: false, at: minutesAgo(4_000) },
    ...more,
  }
}

export function deciding(
  disputes: readonly Dispute[] | undefined,
  awards: readonly Award[] | undefined = [],
  more: Partial<Deciding> = {},
): Deciding {
  return {
    disputes: signal(disputes),
    awards: signal(disputes && awards),
    look: done("look"),
    decide: done("decide"),
    propose: done("propose"),
    approve: done("approve"),
    refuse: done("refuse"),
    ...more,
  }
}

export function pack(more: Partial<PackShown> = {}): PackShown {
  const { hash } = known.packs.peer
  return {
    ...{ name: "peer", rev: 1, hash, effectiveAt: minutesAgo(90_000), isActive: true, mine: false },
    document: undefined,
    ...more,
  }
}

export const packs = (list: readonly PackShown[] | undefined, more: Partial<PackRoom> = {}): PackRoom => ({
  list: signal(list),
  look: done("look"),
  agree: done("agree"),
  ...more,
})

/** The JSON of a policy, as it waits. */
export const POLICY = known.packs.peer.document
