import assert from "node:assert/strict"
import { test } from "node:test"
import { documentOf, isAlwaysShown, leads, nameIn, nameTold, noticeFor } from "./rules"

const ONE = "AAECAwQFBgcICQoLDA0ODw"
const TWO = "EAECAwQFBgcICQoLDA0ODw"

test("a push is read as far as it is known, and wakes in any case", () => {
  for (const kind of ["1", "4"]) assert.equal(nameIn(`${kind}.${ONE}`.padEnd(64)), ONE)
  for (const other of ["", "1.", `2.${ONE}`, `1.${ONE}x`, "<b>"]) assert.equal(nameIn(other), "")
})

test("a page tells a name, and nothing else is taken for one", () => {
  assert.equal(nameTold({ notify: ONE }), ONE)
  for (const other of ["left", null, {}, { notify: 1 }, { open: ONE }]) assert.equal(nameTold(other), undefined)
})

test("one notice stands for one conversation, or for all of them", () => {
  assert.equal(leads(noticeFor(ONE, undefined)), `/#/n/${ONE}`)
  assert.equal(leads(noticeFor(ONE, { name: ONE })), `/#/n/${ONE}`)
  assert.equal(leads(noticeFor(TWO, { name: ONE })), "/#/")
  assert.equal(leads(noticeFor(TWO, { name: "" })), "/#/")
  assert.equal(leads(undefined), "/#/")
})

test("a call of the desk leads there, whatever else comes", () => {
  const called = nameIn("2.".padEnd(64))
  const tried = nameIn("3.".padEnd(64))
  assert.equal(leads(noticeFor(called, undefined)), "/#/desk")
  assert.equal(leads(noticeFor(called, { name: ONE })), "/#/desk")
  assert.equal(leads(noticeFor(ONE, noticeFor(called, undefined))), "/#/desk")
  assert.equal(leads(noticeFor(tried, noticeFor(called, undefined))), "/#/desk")
})

test("a test of it says by being pressed that it came, and is shown to who looks at the app, too", () => {
  const tried = nameIn("3.".padEnd(64))
  assert.equal(leads(noticeFor(tried, undefined)), "/#/desk/called")
  assert.equal(leads(noticeFor(ONE, noticeFor(tried, undefined))), "/#/desk/called")
  assert.deepEqual([tried, nameIn("2."), ONE, ""].map(isAlwaysShown), [true, false, false, false])
})

test("only documents of ours are shown from what is kept", () => {
  assert.deepEqual(["/", "/help", "/exit", "/api/v1/server", "/healthz"].map(documentOf), [
    "/",
    "/help",
    ...Array<undefined>(3).fill(undefined),
  ])
})
