import assert from "node:assert/strict"
import { test } from "node:test"
import type { CaseHelper, CaseView } from "../protocol/events"
import { newsOf, type Seen } from "./news"
import { seatsDue, since } from "./seats"
import { ASK_EVERY_MS, isFollowedUp, type Stage, stageOf } from "./stage"
import { newTap, openingOf } from "./tap"
import { waitRange } from "./wait"

const ME = "me"
const ALONE = new Set([ME])
const WITH_ADA = new Set([ME, "ada"])

function helper(account: string, more: Partial<CaseHelper> = {}): CaseHelper {
  return { account, handle: account, role: "holder", is_reconnecting: false, ...more }
}

function view(more: Partial<CaseView> = {}): CaseView {
  return {
    ...{ case: "c", status: "waiting", band: 2, opened_at: 0, now: 1_000, helpers: [], conversation: null },
    ...{ wait_p50_ms: null, wait_p90_ms: null, outside_lines: false, kept_until: null, drill: false },
    ...more,
  }
}

const seen = (stage: Stage, shown: CaseView, inside: ReadonlySet<string> = ALONE): Seen => ({
  stage,
  view: shown,
  inside,
})
const whats = (before: Seen | undefined, after: Seen) => newsOf(before, after).map(({ what, name }) => [what, name])

test("a tap that is not answered comes before everything that is known", () => {
  const tap = newTap("en", "GB", 5)
  assert.equal(stageOf(tap, true, view({ status: "closed" }), ALONE), "asking")
  assert.equal(stageOf(undefined, true, undefined, ALONE), "returning")
  assert.equal(stageOf(undefined, false, undefined, ALONE), "start")
  assert.equal(stageOf(undefined, true, null, ALONE), "start")
})

test("somebody is here once they can read, and not before", () => {
  for (const status of ["accepted", "active"] as const) {
    const shown = view({ status, helpers: [helper("ada")] })
    assert.equal(stageOf(undefined, true, shown, ALONE), "coming")
    assert.equal(stageOf(undefined, true, shown, WITH_ADA), "here")
  }
})

test("every stage but the first and the last is asked about again", () => {
  const silent = Object.entries(ASK_EVERY_MS).filter(([, every]) => every === undefined)
  assert.deepEqual(
    silent.map(([stage]) => stage),
    ["start", "asking", "over"],
  )
})

test("a tap says how old it is, and is never older than a day or from tomorrow", () => {
  const tap = newTap("es", "ES", 10_000)
  assert.match(tap.request, /^[0-9a-f]{32}$/)
  assert.equal(openingOf(tap, 14_500).tap_age_ms, 4_500)
  assert.equal(openingOf(tap, 9_000).tap_age_ms, 0)
  assert.equal(openingOf(tap, 10_000 + 90_000_000).tap_age_ms, 86_400_000)
})

test("a wait is a range in whole minutes, and never less than one", () => {
  assert.equal(waitRange(null, 60_000), undefined)
  assert.deepEqual(waitRange(5_000, 200_000), { from: 1, to: 4 })
  assert.deepEqual(waitRange(61_000, 60_000), { from: 2, to: 2 })
})

test("who comes, comes in, is away and is back is told once each", () => {
  const accepted = view({ status: "accepted", helpers: [helper("ada")] })
  const away = view({ status: "active", helpers: [helper("ada", { is_reconnecting: true })] })
  assert.deepEqual(whats(seen("waiting", view()), seen("coming", accepted)), [["coming", "ada"]])
  assert.deepEqual(whats(seen("coming", accepted), seen("here", accepted, WITH_ADA)), [["here", "ada"]])
  assert.deepEqual(whats(seen("here", accepted, WITH_ADA), seen("here", away, WITH_ADA)), [["reconnecting", "ada"]])
  assert.deepEqual(whats(seen("here", away, WITH_ADA), seen("here", accepted, WITH_ADA)), [["back", "ada"]])
  assert.deepEqual(whats(seen("here", away, WITH_ADA), seen("here", away, WITH_ADA)), [])
})

test("a hand-over says who takes over, who is here and who has gone", () => {
  const both = [helper("ada"), helper("ben", { role: "successor" })]
  const before = seen("here", view({ status: "active", helpers: [helper("ada")] }), WITH_ADA)
  const during = seen("here", view({ status: "active", helpers: both }), WITH_ADA)
  const after = seen("here", view({ status: "active", helpers: [helper("ben")] }), new Set([ME, "ada", "ben"]))
  assert.deepEqual(whats(before, during), [["taking_over", "ben"]])
  assert.deepEqual(whats(during, after), [
    ["here", "ben"],
    ["gone", "ada"],
  ])
})

test("when nobody has the case any more, somebody else is asked, and that is said", () => {
  const lost = seen("here", view({ status: "active", helpers: [helper("ada")] }), WITH_ADA)
  assert.deepEqual(whats(lost, seen("waiting", view(), WITH_ADA)), [
    ["gone", "ada"],
    ["asked_again", ""],
  ])
  assert.deepEqual(whats(lost, seen("over", view({ status: "wrap_up" }), WITH_ADA)), [["ended", ""]])
})

test("who comes back to a page hears who is there, and nothing of another case", () => {
  const now = seen("here", view({ status: "active", helpers: [helper("ada")] }), WITH_ADA)
  assert.deepEqual(whats(undefined, now), [["here", "ada"]])
  assert.deepEqual(whats(seen("over", view({ case: "before" })), now), [["here", "ada"]])
})

test("whom the desk names is let in, and whom it names no more goes after a while", () => {
  const inside = new Set([ME, "ada", "ben"])
  const helpers = [helper("ben"), helper("cleo", { role: "guest" })]
  const unlisted = since(new Map(), inside, ME, helpers, 1_000)
  assert.deepEqual([...unlisted], [["ada", 1_000]])
  assert.deepEqual(seatsDue(inside, ME, helpers, unlisted, 20_999), { add: ["cleo"], remove: [] })
  assert.deepEqual(seatsDue(inside, ME, helpers, unlisted, 21_000), { add: ["cleo"], remove: ["ada"] })
  assert.deepEqual([...since(unlisted, inside, ME, helpers, 9_000)], [["ada", 1_000]])
  assert.deepEqual([...since(unlisted, inside, ME, [...helpers, helper("ada")], 9_000)], [])
})

test("somebody who asks afterwards is let in only while a follow-up has a taker, and it stays over", () => {
  const helpers = [helper("ada", { role: "guest" })]
  for (const status of ["follow_up_due", "following_up"] as const) {
    assert.ok(isFollowedUp(view({ status, helpers })))
    assert.ok(!isFollowedUp(view({ status })))
    assert.equal(stageOf(undefined, true, view({ status, helpers }), WITH_ADA), "over")
  }
  for (const status of ["wrap_up", "closed", "active"] as const) assert.ok(!isFollowedUp(view({ status, helpers })))
  assert.ok(!isFollowedUp(null) && !isFollowedUp(undefined))
})
