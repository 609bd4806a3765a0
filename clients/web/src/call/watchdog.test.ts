import assert from "node:assert/strict"
import { test } from "node:test"
import {
  look,
  netChanged,
  otherTries,
  POLL_MS,
  type Reading,
  type Remedy,
  STILL_MS,
  type Watch,
  watch,
} from "./watchdog"

type Line = (now: number) => Partial<Reading>

/** A claimed connection that gets 4,000 bytes each poll, unless `line` says otherwise. */
function follow(until: number, line: Line, isPolite = false, from: Watch = watch(0)): [Watch, [number, Remedy][]] {
  const remedies: [number, Remedy][] = []
  let [state, bytes, checks] = [from, 0, 0]
  for (let now = POLL_MS; now <= until; now += POLL_MS) {
    checks += 1
    const said = line(now)
    bytes += said.bytes ?? 4_000
    const usual = {
      now,
      state: "connected",
      isClaimed: true,
      stillMs: STILL_MS,
      isOutward: false,
      requests: checks,
      responses: checks,
    } as const
    const [after, remedy] = look(state, { ...usual, ...said, bytes }, isPolite, () => 0)
    if (remedy !== undefined) remedies.push([now, remedy])
    state = after
  }
  return [state, remedies]
}

const still = (now: number) => (now > 10_000 ? { bytes: 0 } : {})

test("nothing is tried while something comes", () => {
  assert.deepEqual(follow(60_000, () => ({}))[1], [])
})

test("1.5 s without anything begin the ladder, and it goes on for as long as nothing comes", () => {
  const [, remedies] = follow(36_000, still)
  assert.deepEqual(
    remedies.map(([at, remedy]) => [at - 11_500, remedy]),
    [
      [0, "restart"],
      [3_000, "restart"],
      [6_000, "restart"],
      [10_000, "replace"],
      [17_000, "replace_relayed"],
      [24_000, "replace_relayed"],
    ],
  )
})

test("the polite side leaves the first step to the other", () => {
  assert.equal(follow(20_000, still, true)[1][0]?.[0], 12_500)
  const begun = follow(11_500, still, true)[0]
  assert.equal(otherTries(begun, 11_600).trouble?.nextAt, 14_600)
})

test("something that comes ends it, and the next trouble begins at the bottom", () => {
  const [, remedies] = follow(40_000, (now) => ((now > 10_000 && now < 20_000) || now > 30_000 ? { bytes: 0 } : {}))
  assert.deepEqual(
    remedies.filter(([at]) => at > 20_000).map(([, remedy]) => remedy),
    ["restart", "restart", "restart"],
  )
})

test("the browser's word counts at once, and so does another network", () => {
  const cut: Line = (now) => (now > 10_000 ? { bytes: 0, state: "disconnected" } : {})
  assert.equal(follow(11_000, cut)[1][0]?.[0], 10_250)
  const [, remedy] = look(netChanged(watch(0), 100), reading(200), true, () => 0)
  assert.equal(remedy, "restart")
})

test("a path on which nothing is sent is judged by whether it answers", () => {
  const quiet = { bytes: 0, isClaimed: false } as const
  assert.deepEqual(follow(60_000, () => quiet)[1], [])
  const [, remedies] = follow(20_000, (now) => ({ ...quiet, ...(now > 10_000 && { responses: 40 }) }))
  assert.equal(remedies[0]?.[0], 12_000)
  const sparse: Line = (now) => ({
    ...quiet,
    ...{ requests: Math.floor(now / 2_500), responses: Math.floor(now / 2_500) },
  })
  assert.deepEqual(follow(60_000, sparse)[1], [])
})

test("who stops sending silence is not missed where the path answers", () => {
  const silent: Line = (now) => ({ isClaimed: false, ...(now > 10_000 && { bytes: 0 }) })
  assert.deepEqual(follow(60_000, silent)[1], [])
})

test("reports of what goes out are missed, and where they come checks count as well", () => {
  const outward: Line = (now) => ({ isOutward: true, stillMs: 2_500, bytes: now % 1_500 === 0 ? 90 : 0 })
  assert.deepEqual(follow(60_000, outward)[1], [])
  const [, lost] = follow(13_000, (now) => ({ ...outward(now), ...(now > 10_500 && { bytes: 0 }) }))
  assert.deepEqual(lost, [[13_000, "restart"]])
  const oneWay: Line = (now) => ({ ...outward(now), ...(now > 10_000 && { responses: 40 }) })
  const remedies = follow(24_000, oneWay)[1].map(([at, remedy]) => [at - 12_000, remedy])
  assert.deepEqual(
    remedies.slice(0, 4).map(([at]) => at),
    [0, 3_000, 6_000, 10_000],
  )
})

test("a first frame may take its time", () => {
  assert.deepEqual(follow(3_750, () => ({ bytes: 0, state: "connecting" }))[1], [])
  assert.equal(follow(5_000, () => ({ bytes: 0, state: "connecting" }))[1][0]?.[0], 4_250)
})

function reading(now: number): Reading {
  return {
    now,
    bytes: 0,
    requests: 0,
    responses: 0,
    state: "connected",
    isClaimed: false,
    stillMs: STILL_MS,
    isOutward: false,
  }
}
