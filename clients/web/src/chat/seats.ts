/** What only the server can know of who is in a conversation. */

import type { ConversationView } from "../protocol/events"
import { keyOf } from "./leaves"
import type { ConversationRecord } from "./records"
import type { Room } from "./room"

/** Who has which seat and who is leaving; undefined if that is known already. */
export function saidOf(
  record: ConversationRecord,
  members: ConversationView["members"],
): Pick<ConversationRecord, "seats" | "leaving"> | undefined {
  const seats = new Map(members.map(({ account, seat }) => [account, seat]))
  const leaving = members.filter((member) => member.leaving).map(({ account }) => account)
  const isKnown = JSON.stringify([...seats, leaving]) === JSON.stringify([...record.seats, record.leaving])
  return isKnown ? undefined : { seats, leaving }
}

/**
 * To whom the server delivers a conversation although they are not in the group. Only of
 * the epoch that is known here can that be said.
 */
export function outsiders(room: Room, view: ConversationView): Set<string> {
  const isKnown = view.group === room.record.group && BigInt(view.epoch) === room.group.epoch && room.isFollowed
  if (!isKnown) return new Set()
  const inside = new Set(Array.from(room.leaves, keyOf))
  const routed = view.members.flatMap(({ account, devices }) => devices.map((device) => ({ account, device })))
  return new Set(routed.filter((leaf) => !inside.has(keyOf(leaf))).map(({ account }) => account))
}
