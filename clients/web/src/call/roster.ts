/**
 * Who is in a call, as the server's roster and what it tells afterwards have it.
 *
 * Notices for every seat are numbered one after the other, and one for some has the number
 * of the last one for all. Any other number says that something was missed: then the whole
 * roster is read again, and nothing is guessed. What is older than the roster is in it.
 */

import type { CallNotice } from "../chat/updates"
import type { Roster, RosterMember } from "../protocol/events"

export type Folded = { readonly roster: Roster; readonly isMissing: false } | { readonly isMissing: true }

/** The roster after a notice of its call. */
export function fold(roster: Roster, notice: CallNotice): Folded {
  const { seq } = notice.fact
  if (seq < roster.seq) return { roster, isMissing: false }
  if (seq > roster.seq + 1) return { isMissing: true }
  return { roster: { ...roster, ...change(roster, notice), seq }, isMissing: false }
}

function change(roster: Roster, notice: CallNotice): Partial<Roster> {
  const { members, feeds, hands, waiting } = roster
  switch (notice.name) {
    case "call.attached":
      return { group: notice.fact.conversation }
    case "call.paused":
      return { paused_until: notice.fact.until, is_locked: true }
    case "call.continued":
      return { paused_until: null }
    case "member.waited": {
      const { member } = notice.fact.waiting
      const others = waiting.filter((each) => each.member !== member)
      return { waiting: [...others, notice.fact.waiting].sort((a, b) => a.place - b.place) }
    }
    case "member.admitted":
      return { waiting: waiting.filter(({ member }) => member !== notice.fact.member) }
    case "member.joined":
      return seated(roster, notice.fact.joined)
    case "member.changed":
      return seated(roster, notice.fact.changed)
    case "member.left":
    case "member.removed": {
      const { member } = notice.fact
      return {
        members: members.filter((each) => each.member !== member),
        waiting: waiting.filter((each) => each.member !== member),
        hands: hands.filter((each) => each !== member),
      }
    }
    case "member.flagged":
      return { flagged: [...new Set([...roster.flagged, notice.fact.member])] }
    case "key.prepared":
    case "key.switched":
      return { key_epoch: notice.fact.epoch, key_transition: notice.fact.transition }
    case "feed.published":
      return { feeds: [...feeds.filter(({ feed }) => feed !== notice.fact.feed.feed), notice.fact.feed] }
    case "feed.ended":
      return { feeds: feeds.filter(({ feed }) => feed !== notice.fact.feed) }
    case "feed.paused": {
      const { feed, paused } = notice.fact
      return { feeds: feeds.map((each) => (each.feed === feed ? { ...each, paused } : each)) }
    }
    default:
      return ofCircle(roster, notice)
  }
}

function ofCircle({ hands }: Roster, notice: CallNotice): Partial<Roster> {
  switch (notice.name) {
    case "hand.raised": {
      const { member, place } = notice.fact
      const others = hands.filter((each) => each !== member)
      return { hands: [...others.slice(0, place - 1), member, ...others.slice(place - 1)] }
    }
    case "hand.lowered":
      return { hands: hands.filter((each) => each !== notice.fact.member) }
    case "phase.advanced":
    case "phase.extended":
      return { phase: notice.fact.phase }
    case "piece.started":
    case "piece.passed":
      return { piece: notice.fact.piece }
    case "piece.stopped":
      return { piece: null }
    case "screen.claimed":
      return { presenter: notice.fact.member }
    case "screen.released":
      return { presenter: null }
    case "room.locked":
      return { is_locked: true }
    case "room.unlocked":
      return { is_locked: false }
    case "room.spotlit":
      return { spotlight: notice.fact.member }
    case "recording.requested":
    case "recording.consented":
    case "recording.withdrawn":
    case "recording.started":
    case "recording.stopped":
      return { recording: notice.fact.recording }
    default:
      return {}
  }
}

function seated({ members, waiting }: Roster, member: RosterMember): Partial<Roster> {
  const others = members.filter((each) => each.member !== member.member)
  return {
    members: [...others, member].sort((a, b) => a.seat_no - b.seat_no),
    waiting: waiting.filter((each) => each.member !== member.member),
  }
}
