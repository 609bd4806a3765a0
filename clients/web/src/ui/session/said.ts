/** An appointment as it is written, and what older clients show of it. */

import type { Meeting } from "../../state/models"
import { say } from "../words"
import { fully } from "./moments"

/** What a client shows that knows of no session page. */
export function saidOf(meeting: Pick<Meeting, "startsAt" | "zone">, cancelled: boolean): string {
  const when = `${fully(meeting.startsAt, meeting.zone) ?? meeting.startsAt.toISOString()} (${meeting.zone})`
  return say(cancelled ? "session.said.cancelled" : "session.said", { when })
}

export function changeOf({ id, startsAt, minutes, zone, items, cancelled }: Meeting) {
  return { kind: "meeting", id, startsAt, minutes, zone, items, cancelled } as const
}
