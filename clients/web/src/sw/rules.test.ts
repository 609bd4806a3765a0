import assert from "node:assert/strict"
import { test } from "node:test"
import { documentOf, leads, nameIn, nameTold, noticeFor } from "./rules"

const ONE = "AAECAwQFBgcICQoLDA0ODw"
const TWO = "EAECAwQFBgcICQoLDA0ODw"

test("a push is read as far as it is known, and wakes in any case", () => {
  assert.equal(nameIn(`1.${ONE}`.padEnd(64)), ONE)
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

test("only documents of ours are shown from what is kept", () => {
  assert.deepEqual(["/", "/help", "/exit", "/api/v1/server", "/healthz"].map(documentOf), [
    "/",
    "/help",
    ...Array<undefined>(3).fill(undefined),
  ])
})
