import assert from "node:assert/strict"
import { test } from "node:test"
import { NotConnected } from "../protocol/errors"
import type { CallRoom } from "./room"
import { Tile } from "./tile"

/** Somebody in a call with nothing on, and what they have told of themselves. */
function seated() {
  const told: [unknown, unknown][] = []
  const [line, failures]: [{ isUp: boolean }, unknown[]] = [{ isUp: true }, []]
  const room = {
    id: "c".repeat(32),
    state: { kind: "in", seat: { conn_epoch: 1 } },
    ask: (_: string, { loss_percent, rtt_ms }: Readonly<Record<string, unknown>>) => {
      told.push([loss_percent, rtt_ms])
      return line.isUp ? Promise.resolve({}) : Promise.reject(new NotConnected("no line"))
    },
  } as unknown as CallRoom
  const tile = new Tile(room, { isOn: () => false }, (error) => failures.push(error))
  return { tile, told, line, failures }
}

test("a line is told of when it is worse than before, and at no other time", () => {
  const { tile, told } = seated()
  tile.say()
  for (let tick = 0; tick < 3; tick++) tile.measured({ loss: "1-3", rtt: "0-100" })
  tile.measured({ loss: "0-1", rtt: undefined })
  tile.measured(undefined)
  tile.measured({ loss: "0-1", rtt: "300-1000" })
  assert.deepEqual(told, [
    [null, null],
    ["1-3", "0-100"],
    ["1-3", "300-1000"],
  ])
})

test("what could not be told is told with the next occasion, and not at every look", async () => {
  const { tile, told, line, failures } = seated()
  line.isUp = false
  for (let tick = 0; tick < 3; tick++) {
    tile.measured({ loss: "10+", rtt: "0-100" })
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.deepEqual([told.length, failures.length], [1, 1])
  line.isUp = true
  tile.say()
  assert.deepEqual(told, [
    ["10+", "0-100"],
    ["10+", "0-100"],
  ])
})

test("a server that may be another one is told the whole of it again", () => {
  const { tile, told } = seated()
  tile.measured({ loss: "3-10", rtt: "0-100" })
  tile.forgotten()
  tile.say()
  assert.equal(told.length, 2)
})
