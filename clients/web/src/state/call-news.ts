/** What of a call's notices is told to people, for a polite announcement. */

import type { CallNotice } from "../chat/updates"
import type { CallNews } from "./call-models"

export type Told = Omit<CallNews, "id">

export function newsOf(
  notice: CallNotice,
  own: string,
  nameOf: (member: string) => string | undefined,
): Told | undefined {
  const told = (what: CallNews["what"], member?: string, minutes?: number): Told => ({
    ...{ what, minutes },
    handle: member === undefined ? undefined : nameOf(member),
  })
  const ofOther = (what: CallNews["what"], member: string) => (member === own ? undefined : told(what, member))
  switch (notice.name) {
    case "member.joined":
      return ofOther("joined", notice.fact.joined.member)
    case "member.left":
      return ofOther("left", notice.fact.member)
    case "member.removed":
      return ofOther("removed", notice.fact.member)
    case "member.waited":
      return ofOther("waiting", notice.fact.waiting.member)
    case "member.changed":
      return notice.fact.changed.presence === "reconnecting"
        ? ofOther("reconnecting", notice.fact.changed.member)
        : undefined
    case "hand.raised":
      return ofOther("hand_raised", notice.fact.member)
    case "seat.muted":
      return told("muted_you")
    case "seat.unmute_invited":
      return told("invited_to_speak")
    case "room.locked":
      return told("locked")
    case "room.unlocked":
      return told("unlocked")
    case "time.announced":
      return told("minutes_left", undefined, notice.fact.remaining_minutes)
    case "screen.claimed":
      return ofOther("screen_shared", notice.fact.member)
    case "screen.released":
      return told("screen_stopped")
    case "recording.started":
      return told("recording_started")
    case "recording.stopped":
      return told("recording_stopped")
    default:
      return undefined
  }
}
