import assert from "node:assert/strict"
import { test } from "node:test"
import type { Call } from "../account/keys"
import { Refused } from "../protocol/errors"
import type { Commands, ErrorCode } from "../protocol/events"
import { BEAT_MS, CallRoom } from "./room"

const ID = "c".repeat(32)

/** A room with a seat; of its commands one is refused. */
async function seated(
  command: keyof Commands,
  code: ErrorCode,
): Promise<{ room: CallRoom; pass: () => Promise<void> }> {
  let now = 0
  const call = (name: string): Promise<unknown> => {
    if (name === command) return Promise.reject(new Refused(code, undefined))
    if (name === "call.join") return Promise.resolve({ seat: { resume_token: "t" }, roster: { seq: 1 }, waiting: null })
    return Promise.resolve({ seq: 1 })
  }
  const room = new CallRoom(ID, {
    ...{ call: call as unknown as Call, connId: "c", token: undefined, keepToken: () => undefined },
    ...{ own: { account: "ada", device: "d" }, changed: () => undefined, told: () => undefined },
    failed: (error) => assert.fail(String(error)),
    now: () => now,
  })
  const pass = async () => {
    now += BEAT_MS
    room.tick()
    await new Promise((resolve) => setImmediate(resolve))
  }
  room.join({ agreementHash: null, alone: false })
  await pass()
  assert.equal(room.state.kind, "in")
  return { room, pass }
}

for (const code of ["no_seat", "not_found", "stale_connection"] as const) {
  test(`who is told ${code} of somebody else, who may have left, stays`, async () => {
    const { room } = await seated("signal.send", code)
    const signal = { call: ID, to: "e", pc_gen: 1, sealed: new Uint8Array(1) }
    await assert.rejects(() => room.ask("signal.send", signal), Refused)
    assert.equal(room.state.kind, "in")
  })

  test(`who is told ${code} of their own seat is out`, async () => {
    const { room, pass } = await seated("call.beat", code)
    await pass()
    assert.equal(room.state.kind, "over")
  })
}

test("who waits keeps the place, and asks again once something has happened", async () => {
  let [now, seq] = [0, 4]
  const asked: string[] = []
  const call = (name: string): Promise<unknown> => {
    asked.push(name)
    if (name === "call.beat") return Promise.resolve({ seq })
    return Promise.resolve({
      seq,
      seat: null,
      roster: null,
      waiting: { place: 1 },
      recording: { request: String(seq) },
    })
  }
  const room = new CallRoom(ID, {
    ...{ call: call as unknown as Call, connId: "c", token: undefined, keepToken: () => undefined },
    ...{ own: { account: "ada", device: "d" }, changed: () => undefined, told: () => undefined },
    failed: (error) => assert.fail(String(error)),
    now: () => now,
  })
  const pass = async () => {
    now += BEAT_MS
    room.tick()
    await new Promise((resolve) => setImmediate(resolve))
  }
  room.join({ agreementHash: null, alone: false })
  await new Promise((resolve) => setImmediate(resolve))
  await pass()
  assert.deepEqual(asked, ["call.join", "call.beat"])
  seq = 5
  await pass()
  assert.deepEqual(asked.slice(2), ["call.beat", "call.join"])
  assert.ok(room.state.kind === "waiting")
  assert.equal(room.state.recording?.request, "5")
})
