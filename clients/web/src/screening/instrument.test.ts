import assert from "node:assert/strict"
import { test } from "node:test"
import { decode, encode } from "../e2ee/formats/content"
import { LANGUAGES } from "../i18n/languages"
import { type Answers, type Instrument, nextItem, resultOf, SKIPPED } from "./instrument"
import { sealed } from "./sealed"
import { instrumentsIn } from "./shipped"

/** Every way through an instrument, as a person goes: one question after the other. */
function* waysThrough(instrument: Instrument, answers: Answers = new Map()): Generator<Answers> {
  const item = nextItem(instrument, answers)
  if (item === undefined) {
    yield answers
    return
  }
  for (const answer of [SKIPPED, ...item.options.map(({ id }) => id)]) {
    yield* waysThrough(instrument, new Map([...answers, [item.id, answer]]))
  }
}

const every = Object.keys(LANGUAGES).flatMap((language) => instrumentsIn(language))

test("there are questions in every language, and none that somebody has to acknowledge first", () => {
  for (const language of Object.keys(LANGUAGES)) {
    assert.ok(instrumentsIn(language).some((each) => each.language === language))
  }
  assert.ok(instrumentsIn("xx").length > 0)
  assert.ok(!every.some(({ id }) => id === "asq"))
})

test("whatever is answered, it ends, has a band, and can be sent to whoever helps", () => {
  for (const instrument of every) {
    for (const answers of waysThrough(instrument)) {
      const body = sealed(instrument, answers)
      const { band, complete } = resultOf(instrument, answers)
      assert.deepEqual([body.band, body.complete], [band, complete])
      const sent = decode(encode({ id: "0c5f3f0e-6a3b-4f4e-9d2a-0b1c2d3e4f50", atMs: 7, body }))
      assert.ok(!("raw" in sent))
      assert.equal(sent.body.type, "screening")
    }
  }
})

test("what is skipped is told as skipped, and an urgent answer keeps its urgency", () => {
  for (const instrument of every) {
    const skipped: Answers = new Map(instrument.items.map(({ id }) => [id, SKIPPED]))
    const body = sealed(instrument, skipped)
    assert.ok(body.asked.every(({ answer }) => answer === undefined))
    assert.deepEqual([body.band, body.complete], ["A2", false])
  }
  const [first] = instrumentsIn("en")
  assert.ok(first)
  assert.equal(resultOf(first, new Map([["now", "not_safe"]])).band, "A0")
})
