/**
 * One's own rewards. The policy key that a device was told first stays: an installation has
 * one for as long as it is there, and nobody signs another policy for one person alone.
 */

import { type ReadonlySignal, signal } from "@preact/signals"
import { getRecord, putRecord } from "../account/stored"
import type { Chat } from "../chat/chat"
import type { RewardEntry as EntryView, RewardsView } from "../protocol/events"
import * as s from "../protocol/shape"
import type { Outcome } from "./asked"
import { outcome, outcomeWith } from "./outcome"
import { Requests } from "./requests"
import type { ReceiptPapers, RewardEntry, RewardRoom, Rewards } from "./reward-models"

const SPACE = "reward_policy"
const KnownKey = s.struct({ key: s.text })

export class LiveRewards implements RewardRoom {
  readonly rewards = signal<Rewards | undefined>(undefined)
  readonly policyKey = signal("")
  readonly isOff = signal(false)
  private readonly requests: Requests
  private views: readonly EntryView[] = []

  constructor(
    private readonly chat: Chat,
    readonly inCrisis: ReadonlySignal<boolean>,
  ) {
    this.requests = new Requests(chat.device.random)
  }

  async look(): Promise<Outcome> {
    const result = await outcome(async () => {
      const shown = this.rewards.peek()?.entries.length ?? 0
      let view = await this.chat.call("reward.list", {})
      const entries = [...view.entries]
      while (view.more && entries.length < shown) {
        view = await this.behind(entries)
        if (!append(entries, view.entries)) break
      }
      await this.show(view, entries)
    })
    if (result.done) this.isOff.value = false
    else if (result.problem.code === "rewards_off") this.isOff.value = true
    return result
  }

  more(): Promise<Outcome> {
    return outcome(async () => {
      const entries = [...this.views]
      const view = await this.behind(entries)
      const isMore = append(entries, view.entries)
      await this.show({ ...view, more: view.more && isMore }, entries)
    })
  }

  receipt(entry: string): Promise<Outcome & { readonly papers?: ReceiptPapers | undefined }> {
    return outcomeWith("papers", () => this.chat.call("reward.receipt", { entry }))
  }

  dispute(entry: string, reason: string): Promise<Outcome> {
    return outcome(async () => {
      const asked = (request: string) => this.chat.call("reward.dispute", { request, entry, reason })
      const { entries } = await this.requests.of(`dispute ${entry} ${reason}`, asked)
      const changed = new Map(entries.map((each) => [each.entry, each]))
      this.views = this.views.map((each) => changed.get(each.entry) ?? each)
      this.change({ entries: this.views.map(entryShown) })
    })
  }

  setOptedOut(out: boolean): Promise<Outcome> {
    return outcome(async () => {
      const asked = (request: string) => this.chat.call("reward.opt", { request, out })
      const { opted_out: optedOut } = await this.requests.of(`opt ${out}`, asked)
      this.change({ optedOut })
    })
  }

  // --- within ---

  private behind(entries: readonly EntryView[]): Promise<RewardsView> {
    return this.chat.call("reward.list", { before: entries.at(-1)?.entry ?? null })
  }

  private async show(view: RewardsView, entries: readonly EntryView[]): Promise<void> {
    this.policyKey.value = await this.keyOf(view.policy_key)
    this.views = entries
    this.rewards.value = {
      entries: entries.map(entryShown),
      hasMore: view.more,
      totalMinutes: view.total_minutes,
      balanceMicro: BigInt(view.balance_micro),
      pendingMicro: BigInt(view.pending_micro),
      optedOut: view.opted_out,
    }
  }

  private change(more: Partial<Rewards>): void {
    const known = this.rewards.peek()
    if (known !== undefined) this.rewards.value = { ...known, ...more }
  }

  private async keyOf(told: string): Promise<string> {
    const { vault } = this.chat.device
    const known = await getRecord(vault, KnownKey, SPACE)
    if (known === undefined) await vault.write([putRecord(SPACE, { key: told })])
    return known?.key ?? told
  }
}

/** Adds those that are not there yet: whether there was one. An entry that is not known begins anew. */
function append(entries: EntryView[], found: readonly EntryView[]): boolean {
  const known = new Set(entries.map(({ entry }) => entry))
  const fresh = found.filter(({ entry }) => !known.has(entry))
  entries.push(...fresh)
  return fresh.length > 0
}

export function entryShown(view: EntryView): RewardEntry {
  const { entry, rule, minutes, state } = view
  return {
    ...{ entry, rule, minutes, state, at: new Date(view.at) },
    micro: BigInt(view.micro),
    owedMicro: BigInt(view.owed_micro),
    reason: view.reason ?? undefined,
  }
}
