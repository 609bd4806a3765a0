import assert from "node:assert/strict"
import { test } from "node:test"
import type { Chat } from "../chat/chat"
import { Updates } from "../chat/updates"
import { Refused } from "../protocol/errors"
import type { SessionView } from "../protocol/events"
import { LiveCalls } from "./calls"
import type { Names } from "./names"

const VIEW = { session: "s", conversation: "c" } as SessionView

/** Somebody's calls over a server that knows plans, or refuses with what `refusal` says. */
async function somebody(refusal?: ConstructorParameters<typeof Refused>[0]) {
  const updates = new Updates()
  const asked: string[] = []
  const call = (name: string) => {
    asked.push(name)
    if (refusal !== undefined) return Promise.reject(new Refused(refusal, undefined))
    return Promise.resolve(name === "call.list" ? { calls: [], seated: [] } : VIEW)
  }
  const vault = { get: () => Promise.resolve(undefined), write: () => Promise.resolve() }
  const device = { vault, random: (length: number) => new Uint8Array(length), identity: { account: "me" } }
  const chat = { call, updates, device, rooms: new Map(), isCaughtUp: true } as unknown as Chat
  const failed = (error: unknown) => assert.fail(String(error))
  const around = { frameWorker: "", names: { load: () => Promise.resolve() } as unknown as Names, failed }
  const calls = await LiveCalls.open(
    chat,
    { ...around, language: () => "en", askForHelp: () => undefined },
    { calls: [], seated: [] },
  )
  return { calls, updates, asked, changes: () => calls.planChanges.value }
}

test("what is planned is asked for anew when the server tells of it, and when the line is back", async () => {
  const { calls, updates, changes } = await somebody()
  const seen = [changes()]
  updates.publish({ kind: "told", notice: { name: "session.changed", fact: { session: VIEW } } })
  seen.push(changes())
  updates.publish({ kind: "connection" })
  seen.push(changes())
  assert.equal(new Set(seen).size, 3)
  updates.publish({ kind: "told", notice: { name: "reward.changed", fact: {} } })
  assert.equal(changes(), seen[2])
  calls.close()
})

test("what is planned or called off here is asked for anew, too", async () => {
  const { calls, asked, changes } = await somebody()
  const before = changes()
  assert.deepEqual(await calls.plan("c", { startsAt: new Date(0), minutes: 50, media: "audio" }), { done: true })
  const between = changes()
  assert.deepEqual(await calls.callOff("s"), { done: true })
  assert.equal(new Set([before, between, changes()]).size, 3)
  assert.deepEqual(asked, ["session.plan", "session.cancel"])
  calls.close()
})

test("what has begun meanwhile is not called off, and the list says so", async () => {
  const { calls, changes } = await somebody("not_now")
  const before = changes()
  const { problem } = (await calls.callOff("s")) as { problem?: { code: string } }
  assert.equal(problem?.code, "plan_begun")
  assert.notEqual(changes(), before)
  calls.close()
})
