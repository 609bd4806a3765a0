/**
 * Whose device gives a call new keys when nobody has come or gone for a quarter of an hour.
 *
 * Whoever learned the keys of an epoch hears until it ends, and can play its frames again to
 * somebody who has forgotten them. One commit that gives a leaf fresh keys ends it. The
 * device of who leads makes it; each of the next, by seat, would half a minute later, so that
 * one that cannot commit costs no more than that. Any commit begins a new epoch, and so the
 * quarter of an hour anew.
 */

import type { Chat } from "../chat/chat"
import type { Room } from "../chat/room"
import type { RosterMember } from "../protocol/events"
import { inOrder } from "./group-rules"

export const EPOCH_LASTS_MS = 15 * 60_000
export const RENEWAL_TURN_MS = 30_000

/** What a device remembers of it: the epoch of the call, and when to commit if it still is. */
export interface Renewal {
  readonly epoch: number
  readonly since: number
  /** Not before; later than due where this device has tried. */
  readonly notBefore: number
}

/** `now`: milliseconds of any clock that only grows. Whether this device commits now. */
export function renew(
  before: Renewal | undefined,
  epoch: number,
  members: readonly RosterMember[],
  own: string,
  now: number,
): readonly [Renewal, boolean] {
  const held = before?.epoch === epoch ? before : { epoch, since: now, notBefore: now }
  const turn = inOrder(members, () => true, own).findIndex((member) => member === own)
  const due = Math.max(held.notBefore, held.since + EPOCH_LASTS_MS + turn * RENEWAL_TURN_MS)
  if (turn < 0 || now < due) return [held, false]
  return [{ ...held, notBefore: now + RENEWAL_TURN_MS }, true]
}

export class KeyRenewal {
  private held: Renewal | undefined

  constructor(private readonly chat: Pick<Chat, "adopt" | "device">) {}

  /** Has fresh keys committed when it is this device's turn; a few times a second. */
  look(room: Room, epoch: number, members: readonly RosterMember[], now: number): void {
    const [held, isDue] = renew(this.held, epoch, members, this.chat.device.identity.account, now)
    this.held = held
    if (!isDue) return
    room.spentKeysAtMs = room.record.keysAtMs
    this.chat.adopt(room)
  }
}
