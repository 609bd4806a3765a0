import assert from "node:assert/strict"
import { test } from "node:test"
import type { CallRole, ConversationKind, Roster, RosterMember } from "../protocol/events"
import { type GroupStep, type GroupView, mayKey, type Since, step, TURN_MS } from "./group-rules"

let seats = 0

function seat(member: string, role: CallRole = "participant", more: Partial<RosterMember> = {}): RosterMember {
  seats += 1
  return {
    ...{ member, device: `${member}-device`, handle: member, seat_no: seats, role, conn_epoch: 1 },
    ...{ presence: "on", joined_at: 0, muted: true, camera: false, quality: "good" },
    ...{ is_held_mute: false, is_recorder: false, standing: "none", licence_checked_at: null, ...more },
  }
}

const lead = seat("lead", "facilitator", { seat_no: 9 })
const help = seat("help", "co_facilitator", { seat_no: 10 })
const [ada, ben] = [seat("ada"), seat("ben")]

const PEOPLE = new Set(["lead", "help", "ada", "ben"])

function group(...members: readonly RosterMember[]): GroupView["leaves"] {
  return new Map(members.map(({ member, device }) => [member, new Set([device])]))
}

function seen(own: RosterMember, members: readonly RosterMember[], more: Partial<GroupView> = {}): GroupView {
  const none = new Set<string>()
  const roster = { group: more.leaves === undefined ? null : "group", members }
  return {
    roster,
    own: own.member,
    leaves: undefined,
    people: PEOPLE,
    admitted: none,
    putOut: none,
    planned: none,
    ...more,
  }
}

/** When something is first done, looked at four times a second; and what. */
function first(view: GroupView, until = 60_000): readonly [number, GroupStep] | undefined {
  let since: Since = new Map()
  for (let now = 0; now <= until; now += 250) {
    const [after, done] = step(since, view, now)
    since = after
    if (done !== undefined) return [now, done]
  }
  return undefined
}

const adds = (...add: string[]): GroupStep => ({ kind: "change", add, staff: [], remove: [] })

test("who leads makes the group, who helps only if they do not, and nobody else", () => {
  const members = [ada, lead, help]
  assert.deepEqual(first(seen(lead, members)), [0, { kind: "make" }])
  assert.deepEqual(first(seen(help, members)), [TURN_MS, { kind: "make" }])
  assert.equal(first(seen(ada, members)), undefined)
})

test("who was let in is added by who did that, else by the others in their order", () => {
  const members = [ada, ben, lead, help]
  const leaves = group(ada, lead, help)
  const at = (own: RosterMember, admitted: readonly string[] = []) =>
    first(seen(own, members, { leaves, admitted: new Set(admitted) }))
  assert.deepEqual(at(help, ["ben"]), [0, adds("ben")])
  assert.deepEqual(at(lead), [0, adds("ben")])
  assert.deepEqual(at(help), [TURN_MS, adds("ben")])
  assert.deepEqual(at(ada), [2 * TURN_MS, adds("ben")])
})

test("who is away keeps nobody waiting for their turn", () => {
  const away = { ...lead, presence: "away" } as const
  const leaves = group(ada, lead)
  assert.deepEqual(first(seen(ada, [ada, ben, away], { leaves })), [0, adds("ben")])
})

test("what waits to be committed is not planned again, and what came to nothing is", () => {
  const view = seen(lead, [ada, lead], { leaves: group(lead) })
  assert.equal(first({ ...view, planned: new Set(["ada"]) }), undefined)
  const [since] = step(new Map(), view, 0)
  assert.equal(step(since, view, TURN_MS - 1)[1], undefined)
  assert.deepEqual(step(since, view, TURN_MS)[1], adds("ada"))
})

test("who is put out is removed at once, and who has only left is not this device's matter", () => {
  const view = seen(lead, [lead], { leaves: group(lead, ada, ben), putOut: new Set(["ada"]) })
  assert.deepEqual(first(view), [0, { kind: "change", add: [], staff: [], remove: ["ada"] }])
  const back = { ...view, roster: { ...view.roster, members: [lead, ada] } }
  assert.equal(first(back), undefined)
})

test("only who leads gives a seat of the staff", () => {
  const members = [ada, lead, help]
  const by = (own: RosterMember) => first(seen(own, members, { leaves: group(ada, lead) }))?.[1]
  assert.deepEqual(by(lead), { kind: "change", add: ["help"], staff: ["help"], remove: [] })
  assert.deepEqual(by(ada), adds("help"))
})

test("who leads and has lost the group gets in again, alone at once and else after everybody had a turn", () => {
  const leaves = group(ada)
  assert.equal(first(seen(lead, [lead], { leaves }))?.[1].kind, "make")
  assert.ok((first(seen(lead, [lead], { leaves }))?.[0] ?? Infinity) <= TURN_MS)
  const there = first(seen(lead, [ada, ben, lead], { leaves }))
  assert.deepEqual(there, [3 * TURN_MS, { kind: "make" }])
  assert.equal(first(seen(ben, [ada, ben, lead], { leaves })), undefined)
})

test("another device of an account that is there already changes nothing of this", () => {
  const other = { ...ada, device: "another" }
  assert.equal(first(seen(lead, [lead, other], { leaves: group(lead, ada) })), undefined)
})

test("nobody is given keys who is not of the conversation", () => {
  const members = [lead, seat("eve")]
  assert.equal(first(seen(lead, members, { leaves: group(lead) })), undefined)
})

test("a group keys a call if it is its own, or its conversation's where nobody waits outside", () => {
  const may = (has_waiting_room: boolean, group: string, kind: ConversationKind) => {
    const view: Pick<Roster["view"], "has_waiting_room" | "conversation"> = { has_waiting_room, conversation: "circle" }
    return mayKey({ group, view: view as Roster["view"] }, kind)
  }
  assert.equal(may(true, "made", "call"), true)
  assert.equal(may(true, "circle", "circle"), false)
  assert.equal(may(false, "circle", "circle"), true)
  assert.equal(may(false, "other", "circle"), false)
})
