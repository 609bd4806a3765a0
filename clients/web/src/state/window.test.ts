import assert from "node:assert/strict"
import { test } from "node:test"
import { type Message, opened } from "../chat/messages"
import { HistoryWindow, MOST, type Rows } from "./window"

const message = (seq: number, text = `text ${seq}`): Message => {
  const origin = { conversation: "c", seq, at: seq, account: "a", mine: false }
  const made = opened({ id: `m${seq}`, atMs: 0, body: { type: "text", text } }, origin)
  assert.ok(made)
  return made
}

/** A history in memory, with every third row something that is no message. */
function history(count: number) {
  const stored = Array.from({ length: count }, (_, index) => message(1 + index + Math.floor(index / 2)))
  const waiting: Message[] = []
  const rows: Rows = {
    before: (limit, row = Infinity) => Promise.resolve(stored.filter(({ seq }) => seq < row).slice(-limit)),
    after: (row, limit) => Promise.resolve(stored.filter(({ seq }) => seq > row).slice(0, limit)),
    rowOf: (id) => Promise.resolve(stored.find((each) => each.id === id)?.seq),
    waiting: () => waiting,
  }
  return { stored, waiting, window: new HistoryWindow(rows, () => Promise.resolve()) }
}

const ids = (window: HistoryWindow) => window.view.value.messages.map(({ id }) => id)
const all = (messages: readonly Message[]) => messages.map(({ id }) => id)

test("from the newest to the first and back, nothing is left out and never more is held", async () => {
  const { stored, window } = history(1_000)
  await window.newest()
  const seen = new Set(ids(window))
  while (window.view.value.hasEarlier) {
    await window.earlier()
    assert.ok(ids(window).length <= MOST)
    for (const id of ids(window)) seen.add(id)
  }
  assert.equal(seen.size, stored.length)
  assert.equal(ids(window)[0], stored[0]?.id)
  const again = new Set(ids(window))
  while (window.view.value.hasLater) {
    await window.later()
    assert.ok(ids(window).length <= MOST)
    for (const id of ids(window)) again.add(id)
  }
  assert.equal(again.size, stored.length)
  assert.deepEqual(ids(window), all(stored.slice(-MOST)))
})

test("what is held is always without a gap", async () => {
  const { stored, window } = history(500)
  await window.show(stored[250]?.id ?? "")
  const moves = ["earlier", "later", "later", "later", "earlier", "later"] as const
  for (const move of moves) {
    await window[move]()
    const from = stored.findIndex(({ id }) => id === ids(window)[0])
    assert.deepEqual(ids(window), all(stored.slice(from, from + ids(window).length)))
  }
})

test("at the end it follows what comes; elsewhere it stays, and shows nothing that waits", async () => {
  const { stored, waiting, window } = history(300)
  waiting.push(message(0, "waits"))
  await window.newest()
  stored.push(message(10_000))
  await window.reload()
  assert.deepEqual(ids(window).slice(-2), ["m10000", "m0"])
  await window.show(stored[100]?.id ?? "")
  const before = ids(window)
  stored.push(message(10_001))
  await window.reload()
  assert.deepEqual(ids(window), before)
  assert.equal(window.view.value.hasLater, true)
})

test("a message is shown with what was said around it; one that is not here is not", async () => {
  const { stored, window } = history(1_000)
  await window.newest()
  assert.equal(await window.show(stored[3]?.id ?? ""), true)
  assert.equal(window.view.value.hasEarlier, false)
  assert.ok(ids(window).includes(stored[3]?.id ?? ""))
  const before = ids(window)
  assert.equal(await window.show("elsewhere"), false)
  assert.deepEqual(ids(window), before)
})

test("a message that has changed is shown as it is now", async () => {
  const { stored, window } = history(10)
  await window.newest()
  stored[4] = { ...message(stored[4]?.seq ?? 0), text: "another" }
  await window.reload()
  assert.equal(window.view.value.messages[4]?.text, "another")
})

test("who scrolls on and on moves once at a time", async () => {
  const { window } = history(1_000)
  await window.newest()
  const first = ids(window)[0]
  await Promise.all([window.earlier(), window.earlier(), window.earlier()])
  const moved = history(1_000)
  await moved.window.newest()
  await moved.window.earlier()
  assert.notEqual(ids(window)[0], first)
  assert.deepEqual(ids(window), ids(moved.window))
})
