import assert from "node:assert/strict"
import { beforeEach, mock, test } from "node:test"
import type { Chat } from "../chat/chat"
import { type Update, Updates } from "../chat/updates"
import { Refused } from "../protocol/errors"
import type { MatchView } from "../protocol/events"
import { openMatching } from "./match-rooms"
import { viewShown } from "./match-shown"

const VIEW: MatchView = {
  ...{ stage: "choice", data: [], until: 5, proposal: "p1", options: [], chosen: null },
  ...{ together: [], against: [], asks: [] },
}
const OFFERING = { data: [], places: 2, taken: 1, paused: true, eligible: true, since: null }
const REVIEWS = { waiting: [], waiting_in_all: 0, looking: 0, is_running: false, last: null }

// What has just been looked at is looked at again a little later.
beforeEach(() => {
  mock.timers.reset()
  mock.timers.enable({ apis: ["setTimeout"] })
})

/** A server that notes what it is asked, and refuses a choice. */
function desk() {
  const asked: [string, unknown][] = []
  const stored = new Map<string, Uint8Array | undefined>()
  const updates = new Updates()
  const call = (name: string, payload: unknown) => {
    asked.push([name, payload])
    if (name === "match.choose") return Promise.reject(new Refused("not_now", undefined))
    if (name.startsWith("match.off")) return Promise.resolve(OFFERING)
    return Promise.resolve(name === "match.queue" ? REVIEWS : VIEW)
  }
  const vault = {
    get: (space: string, name: string) => Promise.resolve(stored.get(`${space} ${name}`)),
    write: (puts: readonly { space: string; name: string; value: Uint8Array | undefined }[]) => {
      for (const { space, name, value } of puts) stored.set(`${space} ${name}`, value)
      return Promise.resolve()
    },
  }
  const chat = { call, updates, state: "online", device: { vault } } as unknown as Chat
  const open = () => openMatching(chat, (error) => assert.fail(String(error)), new AbortController().signal)
  const publish = async (update: Update) => {
    updates.publish(update)
    await settled()
    mock.timers.tick(3_000)
    await settled()
  }
  const tell = (name: "match.changed" | "match.queue_changed" | "credential.changed") =>
    publish({ kind: "told", notice: { name, fact: {} } })
  return { asked, open, publish, tell }
}

async function settled() {
  for (let turns = 0; turns < 20; turns++) await Promise.resolve()
}

const names = (asked: readonly [string, unknown][]) => asked.map(([name]) => name)

test("what is shown is looked at anew when it changed, and nothing else", async () => {
  const { asked, open, tell } = desk()
  const { search, queue, offering } = await open()
  await tell("match.changed")
  await tell("match.queue_changed")
  assert.deepEqual(asked, [])
  await search.look()
  await tell("match.queue_changed")
  await tell("credential.changed")
  assert.deepEqual(names(asked), ["match.view"])
  await tell("match.changed")
  assert.deepEqual(names(asked), ["match.view", "match.view"])
  await Promise.all([queue.look(), offering.look()])
  asked.length = 0
  await tell("match.changed")
  await tell("match.queue_changed")
  assert.deepEqual(names(asked), ["match.view", "match.offered", "match.queue"])
})

test("what is shown is looked at anew when the line is back", async () => {
  const { asked, open, publish } = desk()
  const { search } = await open()
  await publish({ kind: "connection" })
  await search.look()
  await publish({ kind: "connection" })
  assert.deepEqual(names(asked), ["match.view", "match.view"])
})

test("a refusal is told, and how everything stands is looked at", async () => {
  const { asked, open } = desk()
  const { search } = await open()
  const told = await search.choose("p1", 2)
  assert.deepEqual(told, { done: false, problem: { code: "not_now", fault: "network" } })
  assert.deepEqual(asked, [
    ["match.choose", { proposal: "p1", option: 2 }],
    ["match.view", {}],
  ])
  assert.deepEqual([search.view.value?.stage, search.view.value?.until], ["choice", new Date(5)])
})

test("other terms are asked for by their names on the wire, and taken back by none", async () => {
  const { asked, open } = desk()
  const { search } = await open()
  await search.adjust("r1", { structure: "open", meetingsAMonth: 4 })
  await search.adjust("r1", undefined)
  assert.deepEqual(asked, [
    ["match.adjust", { relationship: "r1", terms: { structure: "open", meetings_a_month: 4 } }],
    ["match.adjust", { relationship: "r1", terms: null }],
  ])
})

test("what each of two asks for is shown with its end", () => {
  const wish = { structure: "practical", meetings_a_month: 1, until: 7 }
  const plan = { structure: "open", meetings_a_month: 2, meeting_minutes: 50, weeks: 12, goals: [] }
  const { together } = viewShown({
    ...VIEW,
    together: [
      {
        ...{ relationship: "r1", name: "max", plan, is_active: true, i_am_mentor: false, phase: 1 },
        ...{ mine_at: 1, theirs_at: 2, oriented: true, they_are_oriented: true },
        ...{ contact: "declined", conversation: null, i_wish: wish, they_wish: null },
      },
    ],
  })
  assert.deepEqual(together[0]?.iWish, { structure: "practical", meetingsAMonth: 1, until: new Date(7) })
  assert.equal(together[0].theyWish, undefined)
})

test("answers are there again, those of a mentor apart from those of a mentee", async () => {
  const { asked, open } = desk()
  const { search, offering } = await open()
  await search.keep({ ...search.answers.value, words: "canary" })
  await offering.keep({ ...offering.answers.value, languages: ["es"] })
  const anew = await open()
  assert.deepEqual([anew.search.answers.value.words, anew.search.answers.value.languages], ["canary", []])
  assert.deepEqual([anew.offering.answers.value.words, anew.offering.answers.value.languages], ["", ["es"]])
  assert.deepEqual(asked, [])
})
