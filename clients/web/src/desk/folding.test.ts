import assert from "node:assert/strict"
import { test } from "node:test"
import type { DeskView, OfferView } from "../protocol/events"
import { byUrgency, lapsed, newOffers, offered, withdrawn } from "./folding"

const offer = (name: string, more: Partial<OfferView> = {}): OfferView => ({
  ...{ case: `case-${name}`, offer: name, band: 2, made_at: 0, expires_at: 20_000, opened_at: 0 },
  ...{ accept_due_at: 120_000, now: 0, language: "en", region: "GB", channel: "text", needs: [] },
  ...{ is_minor: false, is_rescue: false, drill: false },
  ...more,
})

const view = (offers: readonly OfferView[] = []): DeskView => ({
  ...{ now: 0, duty: "on", is_supervisor: false, resting_until: null, urgent_today: 0 },
  ...{ urgent_soft_cap: 3, urgent_hard_cap: 5, max_slots: 2, follow_ups_due: 0, is_surge: false, is_demo: true },
  ...{ may_start_early: false, page_test: null, wanted: [] },
  ...{ offers, cases: [] },
})

test("an offer that is told twice stands there once, in its newer form", () => {
  const once = offered(view(), offer("a"))
  const twice = offered(once, offer("a", { expires_at: 30_000 }))
  assert.deepEqual(
    twice.offers.map((each) => each.expires_at),
    [30_000],
  )
})

test("A0 and A1 stand first; the others by who is due first, whatever their band", () => {
  const all = [
    offer("support", { band: 4, accept_due_at: 10 }),
    offer("moderate", { band: 2, accept_due_at: 20 }),
    offer("high", { band: 1, accept_due_at: 40 }),
    offer("now", { band: 0, accept_due_at: 50 }),
  ]
  const shown = all.reduce(offered, view())
  assert.deepEqual(
    shown.offers.map((each) => each.offer),
    ["now", "high", "support", "moderate"],
  )
  assert.ok(byUrgency(offer("a"), offer("b")) === 0)
})

test("an offer ends by word of the server or by its time, and no other with it", () => {
  const two = view([offer("a"), offer("b", { expires_at: 40_000 })])
  assert.deepEqual(
    withdrawn(two, { case: "case-a", offer: "a", why: "accepted" }).offers.map((each) => each.offer),
    ["b"],
  )
  assert.equal(withdrawn(two, { case: "case-b", offer: "a" }), two)
  assert.deepEqual(
    lapsed(two, 20_000).offers.map((each) => each.offer),
    ["b"],
  )
  assert.equal(lapsed(two, 19_999), two)
})

test("only what was not there before rings", () => {
  const before = view([offer("a")])
  assert.deepEqual(
    newOffers(before, view([offer("a"), offer("b")])).map((each) => each.offer),
    ["b"],
  )
  assert.equal(newOffers(undefined, before).length, 1)
  assert.equal(newOffers(before, before).length, 0)
})
