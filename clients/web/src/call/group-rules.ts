/**
 * Whose device makes the group of a call, and changes who is in it, as values.
 *
 * A call with a waiting room has a group of its own: being let in is being added, and who is
 * removed, or moved back, has no keys of what follows.
 *
 * | The roster has              | Whose device                                   | When    |
 * |-----------------------------|------------------------------------------------|---------|
 * | no group                    | who leads; then who helps to                   | at once |
 * | a group without this device | one of those, for nobody else has added it     | below   |
 * | a seat without keys         | who has let them in; who leads; the next seats | at once |
 * | somebody put out            | who leads; the next seats                      | at once |
 *
 * "The next" are in the order of seats, and each waits three seconds more than the one
 * before. Whoever leads and is not in the group waits until everybody else had their turn to
 * add them, and makes another one: so they are never locked out of a room that is theirs,
 * and alone in it they are the next. Two who do the same are settled by the log of the group.
 *
 * Who has left, or was away for too long, is removed by any member, as in every conversation.
 */

import type { ConversationKind, Roster, RosterMember } from "../protocol/events"

export const TURN_MS = 3_000

export interface GroupView {
  readonly roster: Pick<Roster, "group" | "members">
  /** This account; its device is in the roster. */
  readonly own: string
  /** By account, the devices in the group as this device has it; undefined where it has none. */
  readonly leaves: ReadonlyMap<string, ReadonlySet<string>> | undefined
  /** The people of the conversation that the call is of: nobody else is given keys. */
  readonly people: ReadonlySet<string>
  /** Whom this device has let in. */
  readonly admitted: ReadonlySet<string>
  /** Who was removed, or moved back. */
  readonly putOut: ReadonlySet<string>
  /** Accounts about which something waits to be committed. */
  readonly planned: ReadonlySet<string>
}

/** Since when something is missing: an account, or `""` for the group. */
export type Since = ReadonlyMap<string, number>

export type GroupStep =
  | { readonly kind: "make" }
  | {
      readonly kind: "change"
      readonly add: readonly string[]
      readonly staff: readonly string[]
      readonly remove: readonly string[]
    }

const GROUP = ""

/** As after a step: whatever comes of it is looked at a turn later. */
export function waiting(now: number): Since {
  return new Map([[GROUP, now + TURN_MS]])
}

/** `now`: milliseconds of any clock that only grows. After a step it is missing from then on. */
export function step(before: Since, view: GroupView, now: number): readonly [Since, GroupStep | undefined] {
  const own = view.roster.members.find(({ member }) => member === view.own)
  if (own === undefined) return [new Map(), undefined]
  const isIn = view.roster.group !== null && view.leaves?.get(own.member)?.has(own.device) === true
  return isIn ? changed(before, view, own, now) : made(before, view, own, now)
}

/** Whether a group may key a call, whatever the server names: its own, or that of its conversation. */
export function mayKey({ group, view }: Pick<Roster, "group" | "view">, kind: ConversationKind): boolean {
  return view.has_waiting_room ? kind === "call" : group === view.conversation
}

/** Whether a role makes the group of a call. */
export function leads({ role }: Pick<RosterMember, "role">): boolean {
  return role === "facilitator" || role === "co_facilitator"
}

function made(
  before: Since,
  { roster, own: account }: GroupView,
  own: RosterMember,
  now: number,
): readonly [Since, GroupStep | undefined] {
  if (!leads(own)) return [new Map(), undefined]
  const since = before.get(GROUP) ?? now
  const after = new Map([[GROUP, since]])
  // Where there is a group, everybody who is there may be able to add this device.
  const first = inOrder(roster.members, roster.group === null ? leads : () => true, account)
  const turns = roster.group === null ? first.indexOf(account) : first.length
  if (now - since < turns * TURN_MS) return [after, undefined]
  return [waiting(now), { kind: "make" }]
}

function changed(
  before: Since,
  view: GroupView,
  own: RosterMember,
  now: number,
): readonly [Since, GroupStep | undefined] {
  const { roster, leaves = new Map<string, ReadonlySet<string>>() } = view
  const turn = inOrder(roster.members, ({ member }) => leaves.has(member), own.member).indexOf(own.member)
  const seated = new Map(roster.members.map((each) => [each.member, each]))
  const lacking = [...seated.keys()].filter((member) => !leaves.has(member) && view.people.has(member))
  const extra = [...view.putOut].filter((member) => leaves.has(member) && !seated.has(member))
  const since = new Map([...lacking, ...extra].map((member) => [member, before.get(member) ?? now]))
  const isDue = (member: string) => {
    const turns = view.admitted.has(member) ? 0 : turn
    return !view.planned.has(member) && now - (since.get(member) ?? now) >= turns * TURN_MS
  }
  const [add, remove] = [lacking.filter(isDue), extra.filter(isDue)]
  if (add.length + remove.length === 0) return [since, undefined]
  // What comes of it is looked at a turn later, whoever's turn it was.
  for (const member of [...add, ...remove]) since.set(member, now + TURN_MS)
  const staff = leads(own) ? add.filter((member) => leads(seated.get(member) ?? own)) : []
  return [since, { kind: "change", add, staff, remove }]
}

/** Who leads, who helps to, and then by seat; of those who are there, and always oneself. */
export function inOrder(
  members: readonly RosterMember[],
  counts: (member: RosterMember) => boolean,
  own: string,
): string[] {
  const rank = ({ role }: RosterMember) => (role === "facilitator" ? 0 : role === "co_facilitator" ? 1 : 2)
  return members
    .filter((each) => each.member === own || (each.presence === "on" && counts(each)))
    .sort((a, b) => rank(a) - rank(b) || a.seat_no - b.seat_no)
    .map(({ member }) => member)
}
