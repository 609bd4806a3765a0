import assert from "node:assert/strict"
import { test } from "node:test"
import { type KeyEvent, keyRing, turn } from "./key-ring"

/** Every event at its time; what follows, in words. */
function play(...events: readonly (readonly [number, KeyEvent])[]): string[] {
  const said: string[] = []
  let ring = keyRing(1)
  for (const [now, event] of events) {
    const [after, effects] = turn(ring, event, now)
    ring = after
    for (const { kind, ...of } of effects) said.push([now, kind, ...Object.values(of)].join(" "))
  }
  return said
}

const time = { kind: "time" } as const
const processed = (epoch: number, hasRemoved = false) => ({ kind: "processed", epoch, hasRemoved }) as const
const prepared = (epoch: number, cause: string) => ({ kind: "prepared", epoch, transition: 7, cause }) as const
const switched = (epoch: number) => ({ kind: "switched", epoch }) as const

test("who is added is waited for, until the server says that all are ready", () => {
  assert.deepEqual(play([0, prepared(2, "add")], [100, processed(2)], [900, switched(2)], [5_000, time]), [
    "100 install 2 false",
    "100 confirm 2 7",
    "900 send 2",
  ])
})

test("a server that says nothing holds nobody under old keys for more than two seconds", () => {
  assert.deepEqual(play([0, processed(2)], [1_900, time], [2_000, time]), ["0 install 2 false", "2000 send 2"])
})

test("commits that follow each other do not push the limit back", () => {
  const said = play([0, processed(2)], [1_500, processed(3)], [2_000, time], [12_000, time])
  assert.deepEqual(said, ["0 install 2 false", "1500 install 3 false", "2000 send 3"])
})

test("after a removal nothing more is sent under old keys, and they are let go of sooner", () => {
  assert.deepEqual(play([0, processed(2, true)], [2_000, time]), ["0 install 2 true", "0 send 2"])
})

test("who cannot process a removal stops sending, and goes on when it can", () => {
  for (const cause of ["remove", "of_another_time"]) {
    const said = play([0, prepared(2, cause)], [1_999, time], [2_000, time], [3_000, time], [5_000, processed(2, true)])
    assert.deepEqual(said, ["2000 stop", "5000 install 2 true", "5000 confirm 2 7", "5000 resume", "5000 send 2"])
  }
})

test("a server that calls an addition a removal makes it faster, and nothing else", () => {
  assert.deepEqual(play([0, processed(2)], [50, prepared(2, "remove")]), [
    "0 install 2 false",
    "50 confirm 2 7",
    "50 install 2 true",
    "50 send 2",
  ])
})

test("what is over says nothing", () => {
  assert.deepEqual(play([0, processed(2, true)], [10, processed(2)], [20, switched(2)], [30, switched(1)]), [
    "0 install 2 true",
    "0 send 2",
  ])
})
