import assert from "node:assert/strict"
import { test } from "node:test"
import {
  at,
  changed,
  changes,
  EMPTY,
  freshRevision,
  isIncomplete,
  type Node,
  readDocument,
  textOf,
  tiersOf,
} from "./policy"

const rung = (percent: number, ...pages: string[]) => ({
  ...{ at_percent: percent, pages, widens: false, offers_outside: false },
})
const DOCUMENT: Node = {
  revision: "one",
  bands: { A0: { accept_seconds: 15, plan: { stages: [{ at_seconds: 0, pending: 2 }], answer_seconds: 60 } } },
  ladder: [rung(50), rung(100, "tier_1")],
  rest_seconds: 28_800,
  something_new: { kept: [1, null] },
}

test("a document comes back as it was, whatever this page knows of it", () => {
  assert.deepEqual(readDocument(textOf(DOCUMENT)), DOCUMENT)
})

test("what is no policy is not shown as one", () => {
  for (const text of ["", "null", "[]", "{}", '{"bands":{}}', '{"bands":[],"ladder":[]}', '{"bands":{},"ladder":{}}']) {
    assert.equal(readDocument(text), undefined, text)
  }
})

test("one value changes and nothing else does", () => {
  const path = ["bands", "A0", "plan", "stages", 0, "pending"]
  const after = changed(DOCUMENT, path, null)
  assert.equal(at(after, path), null)
  assert.deepEqual(changed(after, path, 2), DOCUMENT)
  assert.equal(at(DOCUMENT, path), 2)
})

test("what differs is told with its place, rung by rung and plans as a whole", () => {
  assert.deepEqual(changes(DOCUMENT, { ...DOCUMENT }), [])
  let after = changed(DOCUMENT, ["bands", "A0", "accept_seconds"], 20)
  after = changed(after, ["ladder"], [rung(50), rung(100, "tier_1", "tier_2"), rung(300, "clinical_lead")])
  after = changed(after, ["bands", "A0", "plan", "stages"], [])
  after = changed(after, ["revision"], "two")
  assert.deepEqual(
    changes(DOCUMENT, after).map(({ path }) => path.join(".")),
    ["bands.A0.accept_seconds", "bands.A0.plan.stages", "ladder.1", "ladder.2"],
  )
  assert.equal(changes(DOCUMENT, after)[3]?.before, undefined)
})

test("the order of names is no difference, and what is not named is one", () => {
  const turned = Object.fromEntries(Object.entries(DOCUMENT).reverse())
  assert.deepEqual(changes(DOCUMENT, turned), [])
  const less: Node = Object.fromEntries(Object.entries(DOCUMENT).filter(([name]) => name !== "rest_seconds"))
  assert.deepEqual(changes(DOCUMENT, less), [{ path: ["rest_seconds"], before: 28_800, after: undefined }])
})

test("an emptied field is found wherever it is", () => {
  assert.equal(isIncomplete(DOCUMENT), false)
  assert.equal(isIncomplete(changed(DOCUMENT, ["bands", "A0", "plan", "stages", 0, "at_seconds"], EMPTY)), true)
})

test("tiers are those that ship and those that are named", () => {
  const after = changed(DOCUMENT, ["ladder", 0, "pages"], ["night_doctor", "tier_1"])
  assert.deepEqual(tiersOf({ ...after, standby_tiers: ["tier_2", "nurses"] }), [
    ...["tier_1", "tier_2", "supervisor", "clinical_lead", "night_doctor", "nurses"],
  ])
})

test("no two revisions get one name", () => {
  assert.equal(freshRevision("2026-11-22", []), "2026-11-22")
  assert.equal(freshRevision("2026-11-22", ["2026-11-22", "2026-11-22-2"]), "2026-11-22-3")
})
