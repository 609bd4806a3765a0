import assert from "node:assert/strict"
import { test } from "node:test"
import type { EndReason } from "./call-models"
import { LiveHelped } from "./call-helped"

type Call = Parameters<typeof LiveHelped.of>[0]["call"]
const PLANNED = { session: "5e55", kind: "individual", conversation_kind: "direct" } as const
const seat = (member: string, role: "participant" | "facilitator" | "observer" = "participant") => ({ member, role })

function planned(more: Partial<Parameters<typeof LiveHelped.of>[1]> = {}) {
  const asked: unknown[] = []
  const call = ((name: string, payload: unknown) => {
    asked.push([name, payload])
    return Promise.resolve({})
  }) as Call
  return { asked, helped: LiveHelped.of({ call }, { ...PLANNED, ...more }) }
}

test("nobody is asked about what was not planned, about a crisis, or about a talk aside", () => {
  assert.equal(planned({ session: null }).helped, undefined)
  assert.equal(planned({ kind: "crisis" }).helped, undefined)
  assert.equal(planned({ conversation_kind: "crisis" }).helped, undefined)
  assert.equal(planned({ conversation_kind: "side" }).helped, undefined)
})

test("of two, each is asked once both were there", () => {
  const { helped } = planned()
  helped?.look([seat("ada")], "ada")
  helped?.over("left")
  assert.equal(helped?.isAsked.value, false)
  helped.look([seat("ada"), seat("ben")], "ada")
  helped.over("left")
  assert.equal(helped.isAsked.value, true)
})

test("in a circle whoever was led is asked, and whoever leads is not", () => {
  const circle = { kind: "peer_circle", conversation_kind: "circle" } as const
  const asked = (...rosters: readonly (readonly ReturnType<typeof seat>[])[]) => {
    const { helped } = planned(circle)
    for (const members of rosters) helped?.look(members, "ada")
    helped?.over("ended")
    return helped?.isAsked.value
  }
  assert.equal(asked([seat("ada"), seat("ben")]), false)
  assert.equal(asked([seat("ada"), seat("ben", "facilitator")]), true)
  assert.equal(asked([seat("ada", "facilitator"), seat("ben", "facilitator")]), false)
  const led = [seat("ada"), seat("ben", "facilitator")]
  assert.equal(asked(led, [seat("ada")]), true)
  assert.equal(asked(led, [seat("ada", "facilitator")]), false)
})

test("who was taken out, or may be back in a moment, is not asked", () => {
  const ends: readonly EndReason[] = ["left", "ended", "everybody_left", "removed", "replaced", "connection_lost"]
  const asking = ends.filter((why) => {
    const { helped } = planned()
    helped?.look([seat("ada"), seat("ben")], "ada")
    helped?.over(why)
    return helped?.isAsked.value
  })
  assert.deepEqual(asking, ["left", "ended", "everybody_left"])
})

test("an answer may be changed, and who skips is not asked again", async () => {
  const { helped, asked } = planned()
  helped?.look([seat("ada"), seat("ben")], "ada")
  helped?.over("left")
  await helped?.say(2)
  await helped?.say(4)
  assert.equal(helped?.answer.value, 4)
  const about = { session: "5e55", instrument: "helped" }
  assert.deepEqual(asked, [
    ["session.feedback", { ...about, score: 2 }],
    ["session.feedback", { ...about, score: 4 }],
  ])
  helped.skip()
  helped.over("left")
  assert.equal(helped.isAsked.value, false)
})
