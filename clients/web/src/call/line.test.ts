import assert from "node:assert/strict"
import { test } from "node:test"
import { type Line, looked, type Minute, MINUTE_MS, UNKNOWN, worse } from "./line"
import { type Sample, sampleOf } from "./stats"

const NOTHING = sampleOf([], 0)

/** What a minute of looks comes to, four a second as in a call. */
function minute(lookAt: (at: number) => Partial<Sample>): Line {
  let now: Minute | undefined
  for (let at = 0; at <= MINUTE_MS; at += 250) now = looked(now, { ...NOTHING, at, ...lookAt(at) })
  return now?.line ?? UNKNOWN
}

function lossOf(lost: number, of: number): unknown {
  return minute((at) => ({ packets: ((of - lost) * at) / MINUTE_MS, lost: (lost * at) / MINUTE_MS })).loss
}

test("loss is told as a step, and its end belongs to the next one", () => {
  assert.equal(lossOf(0, 1_000), "0-1")
  assert.equal(lossOf(9, 1_000), "0-1")
  assert.equal(lossOf(10, 1_000), "1-3")
  assert.equal(lossOf(29, 1_000), "1-3")
  assert.equal(lossOf(30, 1_000), "3-10")
  assert.equal(lossOf(99, 1_000), "3-10")
  assert.equal(lossOf(100, 1_000), "10+")
  assert.equal(lossOf(1_000, 1_000), "10+")
})

test("the round trip is that of the whole minute, as a step", () => {
  const rttOf = (roundTripMs: number) => minute(() => ({ roundTripMs })).rtt
  assert.deepEqual([0, 99, 100, 299, 300, 999, 1_000].map(rttOf), [
    ...["0-100", "0-100", "100-300", "100-300", "300-1000", "300-1000", "1000+"],
  ])
  assert.equal(minute((at) => ({ roundTripMs: at === 30_000 ? 4_000 : 40 })).rtt, "0-100")
})

test("nothing is said before a minute is over, nor where too little came", () => {
  assert.deepEqual(looked(looked(undefined, NOTHING), { ...NOTHING, at: MINUTE_MS - 1, packets: 3_000 }).line, UNKNOWN)
  assert.deepEqual(
    minute(() => ({})),
    UNKNOWN,
  )
  assert.equal(lossOf(0, 49), undefined)
})

test("each minute is its own", () => {
  const bad = looked(looked(undefined, NOTHING), { ...NOTHING, at: MINUTE_MS, packets: 500, lost: 500 })
  const good = looked(bad, { ...NOTHING, at: 2 * MINUTE_MS, packets: 3_500, lost: 500 })
  assert.deepEqual([bad.line.loss, good.line.loss], ["10+", "0-1"])
})

test("whoever leaves takes their counts along, and that is no loss", () => {
  const both = (at: number) => ({ packets: at / 10, lost: at / 1_000 })
  const one = (at: number) => ({ packets: at / 20, lost: at / 1_000 })
  assert.equal(minute((at) => (at < MINUTE_MS / 2 ? both(at) : one(at))).loss, "1-3")
})

test("the worse of each stays, and the same line where nothing is worse", () => {
  const bad: Line = { loss: "10+", rtt: "100-300" }
  assert.deepEqual(worse(bad, { loss: "0-1", rtt: "1000+" }), { loss: "10+", rtt: "1000+" })
  assert.deepEqual(worse(UNKNOWN, { loss: "0-1", rtt: undefined }), { loss: "0-1", rtt: undefined })
  for (const other of [bad, UNKNOWN, { loss: "3-10", rtt: "0-100" }] as const) assert.equal(worse(bad, other), bad)
})
