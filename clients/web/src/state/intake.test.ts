import assert from "node:assert/strict"
import { test } from "node:test"
import { Answers, codesOf, missing, NO_ANSWERS, offeredCodesOf } from "./intake"

const slots = (times: string[], offset: number) => BigInt(`0x${codesOf({ ...NO_ANSWERS, times }, offset).slots}`)
const bits = (from: number, until: number) => ((1n << BigInt(until - from)) - 1n) << BigInt(from)

test("a morning is its quarters of an hour in UTC", () => {
  assert.equal(slots(["0 morning"], 0), bits(28, 48))
  assert.equal(slots(["0 morning"], 120), bits(20, 40))
  assert.equal(slots(["1 evening"], -300), bits(96 + 92, 96 + 108))
})

test("a time that passes the end of the week goes on at its beginning", () => {
  assert.equal(slots(["6 evening"], -300), bits(0, 12) | bits(668, 672))
  assert.equal(slots(["0 morning"], 600), bits(0, 8) | bits(660, 672))
})

test("a quarter that is only partly free does not count", () => {
  assert.equal(slots(["0 morning"], 5), bits(28, 47))
})

test("what was written never leaves the device, nor does what is no code", () => {
  const answers = { ...NO_ANSWERS, words: "canary", goals: ["sleep", "canary"], languages: ["en", "canary"] }
  assert.ok(!JSON.stringify(codesOf(answers, 0)).includes("canary"))
  assert.deepEqual(codesOf(answers, 0).goals, ["sleep"])
})

test("what was not said is told to be unsaid", () => {
  assert.deepEqual(codesOf(NO_ANSWERS, 0).style, [-1, -1, -1, -1])
  assert.deepEqual(codesOf(NO_ANSWERS, 0).required, [])
  assert.equal(codesOf(NO_ANSWERS, 0).slots, "0")
})

test("a language and a time are all that is needed", () => {
  assert.deepEqual(missing(NO_ANSWERS), ["languages", "times"])
  assert.deepEqual(missing({ ...NO_ANSWERS, languages: ["es"], times: ["2 evening"] }), [])
})

test("a condition names its kind", () => {
  assert.deepEqual(codesOf({ ...NO_ANSWERS, gender: ["woman", "canary"] }, 0).required, [
    { kind: "gender", any_of: ["woman"] },
  ])
})

test("a mentor offers what a mentee would wish for", () => {
  const codes = offeredCodesOf({ ...NO_ANSWERS, wishes: ["listening"] }, 0)
  assert.deepEqual([codes.wished, codes.offered], [[], ["listening"]])
})

test("answers are read as they were kept", () => {
  const answers = { ...NO_ANSWERS, languages: ["en"], words: "one and two" }
  assert.deepEqual(Answers.read(JSON.parse(JSON.stringify(answers)), ""), answers)
})
