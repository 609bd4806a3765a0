/** What the server says of a conversation whose members could not apply a commit. */

import type { ConversationView } from "../protocol/events"
import type { ConversationRecord } from "./records"
import type { Room } from "./room"

/** Takes over what the server says of a freeze; whether something is different. */
export async function heed(room: Room, view: ConversationView): Promise<boolean> {
  const before = { record: room.record, freeze: JSON.stringify(room.freeze) }
  room.freeze = view.frozen
  const changes = changesBy(room.record, view)
  if (changes !== undefined) await room.updateRecord(changes)
  return room.record !== before.record || JSON.stringify(room.freeze) !== before.freeze
}

function changesBy(record: ConversationRecord, view: ConversationView): Partial<ConversationRecord> | undefined {
  const { standing, frozen } = record
  if (standing === "opening" || standing === "left") return undefined
  const isOver = view.group !== record.group
  if (standing === "broken" && frozen && isOver && view.left_seq !== null) {
    return { standing: "left", frozen: false, rejects: null, cause: "went_on_without" }
  }
  const isFrozen = view.frozen !== null || isOver
  return isFrozen === frozen ? undefined : { frozen: isFrozen }
}

/** Whether a conversation is frozen for good, as far as its members go. */
export function isStuck(room: Room): boolean {
  return room.freeze?.makers.length === 0
}
