import assert from "node:assert/strict"
import { test } from "node:test"
import type { ReferralView } from "../protocol/events"
import { byKind, linkOf, reliance, written } from "./places"

const service = (more: Partial<ReferralView> = {}): ReferralView => ({
  ...{ name: "North House", what: "", kind: "shelter", contacts: [], languages: [], hours: "", cost: "" },
  checked_on: "",
  ...more,
})

test("a number, an address and a page can be pressed", () => {
  assert.equal(linkOf({ channel: "phone", value: "+44 (0)20 7946-0000" }), "tel:+4402079460000")
  assert.equal(linkOf({ channel: "mail", value: "in@north.example" }), "mailto:in@north.example")
  assert.equal(linkOf({ channel: "web", value: "https://north.example/in?a=1" }), "https://north.example/in?a=1")
})

test("whatever else an entry says is only read", () => {
  for (const [channel, value] of [
    ["web", "http://north.example"],
    ["web", "javascript:alert(1)"],
    ["web", "https:north.example"],
    ["web", "https://north.example@other.example/"],
    ["web", " https://north.example"],
    ["web", "https://"],
    ["mail", "in@north.example?bcc=other@other.example"],
    ["mail", "in@north.example,other@other.example"],
    ["mail", "north"],
    ["phone", "ask for the night desk"],
    ["phone", "+44 20 7946 0000;ext=1"],
    ["phone", "*#06#"],
    ["phone", ""],
    ["text", "85258"],
    ["place", "https://north.example"],
    ["other", "https://north.example"],
  ] as const)
    assert.equal(linkOf({ channel, value }), undefined, `${channel} ${value}`)
})

test("a message gets the name and every way to reach them", () => {
  const contacts = [
    { channel: "phone", value: "020 7946 0000" },
    { channel: "place", value: "1 North Road" },
  ]
  assert.equal(written(service({ contacts })), "North House: 020 7946 0000, 1 North Road")
  assert.equal(written(service()), "North House")
})

test("an entry is relied on for a year after somebody checked it", () => {
  const now = Date.parse("2026-11-22T07:00:00Z")
  const said = (checked_on: string) => reliance(service({ checked_on }), now)
  assert.equal(said("2026-11-22"), "checked")
  assert.equal(said("2025-11-23"), "checked")
  assert.equal(said("2025-11-22"), "old")
  assert.equal(said("2026-11-23"), "checked")
  assert.equal(said("2026-11-24"), "never")
  assert.equal(said(""), "never")
  assert.equal(said("last week"), "never")
})

test("services stand by kind, each in the order in which it came", () => {
  const [one, two, three] = [service({ name: "A" }), service({ name: "B", kind: "youth" }), service({ name: "C" })]
  assert.deepEqual(byKind([one, two, three]), [
    { kind: "shelter", services: [one, three] },
    { kind: "youth", services: [two] },
  ])
})
