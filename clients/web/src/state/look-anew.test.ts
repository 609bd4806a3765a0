import assert from "node:assert/strict"
import { test } from "node:test"
import type { Outcome } from "./asked"
import { LookAnew } from "./look-anew"

const DONE: Outcome = { done: true }
const NOT_NOW: Outcome = { done: false, problem: { code: "rate_limited", fault: "ours" } }
const NEVER: Outcome = { done: false, problem: { code: "role_required", fault: "yours" } }

/** Looks that go as they are told, and pauses that end when the test says so. */
function laboratory(outcomes: readonly Outcome[] = []) {
  const looks: Outcome[] = []
  const pauses: { readonly forMs: number; readonly end: () => void }[] = []
  const ending = new AbortController()
  const anew = new LookAnew(
    () => {
      const outcome = outcomes[looks.length] ?? DONE
      looks.push(outcome)
      return Promise.resolve([outcome])
    },
    assert.ifError,
    ending.signal,
    (forMs) => new Promise((end) => pauses.push({ forMs, end })),
  )
  const goOn = async () => {
    pauses.at(-1)?.end()
    await settled()
  }
  return { anew, looks, pauses, ending, goOn }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

test("what is told while one looks is one more look", async () => {
  const { anew, looks, goOn } = laboratory()
  for (let told = 0; told < 16; told += 1) anew.soon()
  await settled()
  assert.equal(looks.length, 1)
  anew.soon()
  await goOn()
  assert.equal(looks.length, 2)
  await goOn()
  assert.equal(looks.length, 2)
  anew.soon()
  await settled()
  assert.equal(looks.length, 3)
})

test("a look that may succeed later is repeated, and later", async () => {
  const { anew, looks, pauses, goOn } = laboratory([NOT_NOW])
  anew.soon()
  await settled()
  await goOn()
  assert.deepEqual(looks, [NOT_NOW, DONE])
  const [first, second] = pauses
  assert.ok(first && second && first.forMs > second.forMs)
})

test("what is not for this account is not asked for again", async () => {
  const { anew, looks, goOn } = laboratory([NEVER])
  anew.soon()
  await settled()
  await goOn()
  assert.deepEqual(looks, [NEVER])
})

test("nothing is looked at once it has ended", async () => {
  const { anew, looks, ending, goOn } = laboratory([NOT_NOW])
  anew.soon()
  await settled()
  ending.abort()
  await goOn()
  assert.equal(looks.length, 1)
})
