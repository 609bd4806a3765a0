import assert from "node:assert/strict"
import { test } from "node:test"
import {
  address,
  COUNTRIES,
  DIRECTORY,
  type Directory,
  freshness,
  type Line,
  readChecks,
  shown,
  withChecks,
} from "./lines"

const LINE: Line = {
  country: "DE",
  name: "One",
  numbers: [{ channel: "call", value: "116 123" }],
  audience: "everyone",
  verified_on: "2026-01-01",
  expires_on: null,
}
const EMERGENCY: Line = { ...LINE, name: "Emergency", audience: "emergency" }
const directory = (...lines: Line[]): Directory => ({ compiled_on: "2026-01-01", everywhere: ["112", "911"], lines })

test("a check is good for 180 days, is to be done again until day 365, and then the line is hidden", () => {
  const days = ["2025-12-31", "2026-01-01", "2026-06-30", "2026-07-01", "2027-01-01", "2027-01-02"]
  assert.deepEqual(
    days.map((today) => freshness(LINE, today)),
    ["fresh", "fresh", "fresh", "ageing", "ageing", "expired"],
  )
})

test("what nobody has tried is shown as that, until its last day", () => {
  const line = { ...LINE, verified_on: null, expires_on: "2027-11-21" }
  assert.equal(freshness({ ...line, expires_on: null }, "2099-01-01"), "unverified")
  assert.equal(freshness(line, "2027-11-21"), "unverified")
  assert.equal(freshness(line, "2027-11-22"), "expired")
  assert.equal(freshness({ ...line, verified_on: "2027-11-21" }, "2027-11-22"), "expired")
})

test("somebody always has a number to call in danger", () => {
  const both = directory(EMERGENCY, LINE)
  assert.deepEqual(shown(both, "DE", "2026-01-02"), { lines: [EMERGENCY, LINE], fallback: [] })
  assert.deepEqual(shown(both, "DE", "2028-01-01"), { lines: [], fallback: ["112", "911"] })
  assert.deepEqual(shown(both, "", "2026-01-02"), { lines: [], fallback: ["112", "911"] })
  assert.deepEqual(shown(directory(LINE), "DE", "2026-01-02"), { lines: [LINE], fallback: ["112", "911"] })
})

test("every country of the list has an emergency number, and more than that", () => {
  for (const code of COUNTRIES) {
    const own = shown(DIRECTORY, code, DIRECTORY.compiled_on)
    assert.deepEqual(own.fallback, [], code)
    assert.ok(own.lines.length > 1, code)
  }
})

test("a number opens what it is for", () => {
  assert.equal(address("call", "0800 1110111"), "tel:08001110111")
  assert.equal(address("text", "85258"), "sms:85258")
  assert.equal(address("chat", "https://line.example/chat"), "https://line.example/chat")
})

test("what the operator's people have tried counts from the day on which they did", () => {
  const old = { ...LINE, expires_on: "2026-02-01" }
  const of = (...checks: [string, string, string][]) => withChecks(directory(old), checks).lines[0]
  assert.deepEqual(of(["DE", "One", "2026-03-01"]), { ...LINE, verified_on: "2026-03-01" })
  assert.deepEqual(of(["DE", "One", "2025-03-01"]), old)
  assert.deepEqual(of(["FR", "One", "2026-03-01"], ["DE", "Two", "2026-03-01"]), old)
})

test("checks that are none cost the page nothing", () => {
  const check = ["DE", "One", "2026-03-01"]
  assert.deepEqual(readChecks(JSON.stringify([check, ["DE", "One", "today"], ["DE"], 1, null])), [check])
  for (const text of ["", "%LINE_CHECKS%", "{}", "[", "null"]) assert.deepEqual(readChecks(text), [])
})
