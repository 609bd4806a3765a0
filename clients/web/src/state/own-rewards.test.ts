import assert from "node:assert/strict"
import { test } from "node:test"
import { signal } from "@preact/signals"
import type { Chat } from "../chat/chat"
import { NotConnected, Refused } from "../protocol/errors"
import type { RewardEntry } from "../protocol/events"
import { LiveRewards } from "./own-rewards"

const AT_ONCE = 2

const entry = (name: string): RewardEntry => ({
  ...{ entry: name, rule: "peer.session", at: 0, minutes: 50, state: "posted" },
  ...{ micro: "1", owed_micro: "0", reason: null },
})

/** A server with these entries, two of an answer, and a device that remembers. */
function house(...names: readonly string[]) {
  const server = { entries: names.map(entry), key: "aa", error: undefined as Error | undefined }
  const stored = new Map<string, Uint8Array>()
  const call = (name: string, { before = null }: { before?: string | null }) => {
    if (server.error !== undefined) return Promise.reject(server.error)
    assert.equal(name, "reward.list")
    const behind = server.entries.findIndex((each) => each.entry === before) + 1
    const entries = server.entries.slice(behind, behind + AT_ONCE)
    return Promise.resolve({
      ...{ entries, more: behind + entries.length < server.entries.length },
      ...{ balance_micro: "9007199254740993", pending_micro: "0", total_minutes: 50 * server.entries.length },
      ...{ opted_out: false, policy_key: server.key },
    })
  }
  const vault = {
    get: (space: string) => Promise.resolve(stored.get(space)),
    write: (puts: readonly { space: string; value: Uint8Array }[]) => {
      for (const { space, value } of puts) stored.set(space, value)
      return Promise.resolve()
    },
  }
  const random = (length: number) => new Uint8Array(length)
  const chat = { call, device: { vault, random } } as unknown as Chat
  return { server, open: () => new LiveRewards(chat, signal(false)) }
}

const shownBy = (room: LiveRewards) => room.rewards.value?.entries.map((each) => each.entry)

test("older entries come behind the newer ones, and stay when it is looked at anew", async () => {
  const { server, open } = house("e", "d", "c", "b", "a")
  const room = open()
  await room.look()
  assert.deepEqual(shownBy(room), ["e", "d"])
  assert.equal(room.rewards.value?.totalMinutes, 250)
  assert.equal(room.rewards.value.balanceMicro, 9_007_199_254_740_993n)
  await room.more()
  assert.deepEqual(shownBy(room), ["e", "d", "c", "b"])
  server.entries.unshift(entry("f"))
  await room.look()
  assert.deepEqual(shownBy(room), ["f", "e", "d", "c"])
  await room.more()
  await room.more()
  assert.deepEqual(shownBy(room), ["f", "e", "d", "c", "b", "a"])
  assert.equal(room.rewards.value.hasMore, false)
})

test("an entry that the server has forgotten ends the older ones, and doubles none", async () => {
  const { server, open } = house("c", "b", "a")
  const room = open()
  await room.look()
  server.entries = [entry("c"), entry("a0"), entry("a")]
  await room.more()
  assert.deepEqual(shownBy(room), ["c", "b", "a0"])
})

test("the key that a device was told first is the one it goes on with", async () => {
  const { server, open } = house("a")
  const room = open()
  await room.look()
  server.key = "bb"
  await room.look()
  assert.equal(room.policyKey.value, "aa")
  const later = open()
  await later.look()
  assert.equal(later.policyKey.value, "aa")
})

test("it is off where the server says so, until it says otherwise", async () => {
  const { server, open } = house("a")
  const room = open()
  for (const [error, isOff] of [
    [new NotConnected("gone"), false],
    [new Refused("rewards_off", undefined), true],
    [new NotConnected("gone"), true],
    [undefined, false],
  ] as const) {
    server.error = error
    await room.look()
    assert.equal(room.isOff.value, isOff)
  }
})
