import assert from "node:assert/strict"
import { test } from "node:test"
import { qualityOf, type Sample, sampleOf } from "./stats"

const NOTHING = sampleOf([], 0)

function after(change: Partial<Sample>): Sample[] {
  return [NOTHING, { ...NOTHING, at: 5_000, packets: 250, samples: 240_000, roundTripMs: 40, ...change }]
}

test("what arrives is judged, not what was sent", () => {
  assert.equal(qualityOf(after({})), "good")
  assert.equal(qualityOf(after({ lost: 12 })), "fair")
  assert.equal(qualityOf(after({ lost: 40 })), "poor")
  assert.equal(qualityOf(after({ concealed: 30_000 })), "poor")
  assert.equal(qualityOf(after({ frozenMs: 400 })), "fair")
  assert.equal(qualityOf(after({ roundTripMs: 1_200 })), "poor")
})

test("nothing is said where there is nothing to judge by", () => {
  assert.equal(qualityOf([]), undefined)
  assert.equal(qualityOf(after({ packets: 10 })), undefined)
})

test("what was bad a while ago is over", () => {
  const old = after({ lost: 250 })[1] ?? NOTHING
  const later = { ...old, at: 11_000, packets: 600 }
  assert.equal(qualityOf([NOTHING, old, { ...old, at: 6_500 }, later]), "good")
})

test("the pair in use is the one that the transport names", () => {
  const sample = sampleOf(
    Object.entries({
      T: { type: "transport", selectedCandidatePairId: "P2" },
      P1: { type: "candidate-pair", requestsSent: 90, responsesReceived: 1 },
      P2: { type: "candidate-pair", requestsSent: 7, responsesReceived: 6, localCandidateId: "L" },
      L: { type: "local-candidate", candidateType: "relay" },
      A: { type: "inbound-rtp", bytesReceived: 100 },
      V: { type: "inbound-rtp", bytesReceived: 1_000 },
    }),
    9,
  )
  assert.deepEqual([sample.bytes, sample.requests, sample.responses, sample.relayed, sample.at], [1_100, 7, 6, true, 9])
})
