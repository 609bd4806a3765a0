import assert from "node:assert/strict"
import { test } from "node:test"
import { NotConnected, Refused } from "../protocol/errors"
import type { Roster } from "../protocol/events"
import { CallGroup, type CallGroupAround } from "./call-group"

/** What of a room is looked at. */
interface RoomSeen {
  record: { standing: string }
  waiting: readonly unknown[]
}

const lead = { member: "lead", device: "phone", role: "facilitator", presence: "on", seat_no: 9 }
const roster = {
  ...{ group: null, members: [lead] },
  view: { has_waiting_room: true, conversation: "circle" },
} as unknown as Roster

/** Who leads, alone, with a server that answers `call.attach` like this. */
function leading(...answers: readonly (object | Error)[]) {
  const left = [...answers]
  const made: string[] = []
  const named: string[] = []
  const rooms = new Map<string, RoomSeen>()
  const clock = { now: 0 }
  const chat = {
    rooms,
    device: { identity: { account: "lead" } },
    adopt: () => undefined,
    create: () => {
      const id = `group ${String(made.length + 1)}`
      made.push(id)
      rooms.set(id, { record: { standing: "opening" }, waiting: ["create"] })
      return Promise.resolve(id)
    },
    call: (_name: string, { conversation }: { readonly conversation: string }) => {
      named.push(conversation)
      const answer = left.shift() ?? {}
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
    },
  }
  const around = { chat, now: () => clock.now, failed: (error: unknown) => assert.fail(String(error)) }
  const group = new CallGroup("call", around as unknown as CallGroupAround)
  const looks = async (ms: number) => {
    for (const until = clock.now + ms; clock.now < until; clock.now += 250) {
      group.look(roster)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return { looks, made, named, rooms }
}

test("a group is named to the call once the server has it, and no other is made meanwhile", async () => {
  const { looks, made, named, rooms } = leading()
  await looks(10_000)
  assert.deepEqual([made, named], [["group 1"], []])
  rooms.set("group 1", { record: { standing: "active" }, waiting: [] })
  await looks(2_000)
  assert.deepEqual([made, named], [["group 1"], ["group 1"]])
})

test("it is named again until the server answers", async () => {
  const { looks, made, named, rooms } = leading(new NotConnected("away"), new Refused("overloaded", 300))
  await looks(500)
  rooms.set("group 1", { record: { standing: "active" }, waiting: [] })
  await looks(750)
  assert.deepEqual([made, named], [["group 1"], ["group 1", "group 1", "group 1"]])
})

test("one that the server refused to make keeps nobody from another", async () => {
  const { looks, made, rooms } = leading()
  await looks(500)
  rooms.set("group 1", { record: { standing: "opening" }, waiting: [] })
  await looks(4_000)
  assert.deepEqual(made, ["group 1", "group 2"])
})
