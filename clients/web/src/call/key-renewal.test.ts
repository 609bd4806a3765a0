import assert from "node:assert/strict"
import { test } from "node:test"
import type { CallRole, RosterMember } from "../protocol/events"
import { EPOCH_LASTS_MS, renew, RENEWAL_TURN_MS, type Renewal } from "./key-renewal"

function seat(member: string, seat_no: number, role: CallRole = "participant"): RosterMember {
  return {
    ...{ member, device: `${member}-device`, handle: member, seat_no, role, conn_epoch: 1 },
    ...{ presence: "on", joined_at: 0, muted: true, camera: false, quality: "good" },
    ...{ is_held_mute: false, is_recorder: false, standing: "none", licence_checked_at: null },
  }
}

const ada = seat("ada", 1)
const ben = seat("ben", 2)
const lead = seat("lead", 9, "facilitator")
const ALL = [ada, ben, lead]

/** When a device commits, looked at every second while the epoch stays the same. */
function commits(own: RosterMember, members: readonly RosterMember[], until: number): readonly number[] {
  const times: number[] = []
  let held: Renewal | undefined
  for (let now = 0; now <= until; now += 1_000) {
    const [after, isDue] = renew(held, 7, members, own.member, now)
    held = after
    if (isDue) times.push(now)
  }
  return times
}

test("who leads commits after a quarter of an hour, the next by seat half a minute later", () => {
  const first = ALL.map((own) => commits(own, ALL, 2 * EPOCH_LASTS_MS)[0])
  assert.deepEqual(first, [EPOCH_LASTS_MS + RENEWAL_TURN_MS, EPOCH_LASTS_MS + 2 * RENEWAL_TURN_MS, EPOCH_LASTS_MS])
})

test("who is away takes nobody's turn", () => {
  const away = { ...lead, presence: "away" as const }
  assert.deepEqual(commits(ada, [ada, ben, away], EPOCH_LASTS_MS), [EPOCH_LASTS_MS])
})

test("a device whose commit did not come through tries again once a turn", () => {
  const times = commits(lead, ALL, EPOCH_LASTS_MS + 2 * RENEWAL_TURN_MS)
  assert.deepEqual(
    times,
    [0, 1, 2].map((turn) => EPOCH_LASTS_MS + turn * RENEWAL_TURN_MS),
  )
})

test("another epoch begins the quarter of an hour anew", () => {
  const [held] = renew(undefined, 7, ALL, "lead", 0)
  const [later, isDue] = renew(held, 8, ALL, "lead", EPOCH_LASTS_MS)
  assert.equal(isDue, false)
  assert.equal(renew(later, 8, ALL, "lead", 2 * EPOCH_LASTS_MS)[1], true)
})

test("who has no seat commits nothing", () => {
  assert.deepEqual(commits(seat("cy", 3), ALL, 2 * EPOCH_LASTS_MS), [])
})
