/** What of a roster is shown, as values. */

import { isKnownText, recordingText } from "../call/recording-text"
import type { Attendance, RosterMember, Roster, RecordingView } from "../protocol/events"
import type {
  Agenda,
  Attended,
  CallRole,
  Consent,
  Power,
  RecordingRequest,
  RecordingState,
  TalkingPiece,
  Vouched,
} from "./call-models"

/** Of a server's time, by this device's clock. */
export type AsDate = (serverMs: number) => Date

const LEADS: readonly CallRole[] = ["facilitator", "co_facilitator"]
const OF_LEADS: readonly Power[] = [
  ...["admit", "hold", "remove", "mute", "invite_unmute", "set_role", "lock", "spotlight", "revoke_screen"],
  ...["phase", "piece", "end", "side", "request_recording"],
] as readonly Power[]

/** What somebody may ask the server for. */
export function powersOf(role: CallRole): ReadonlySet<Power> {
  if (LEADS.includes(role)) return new Set(OF_LEADS)
  return new Set(role === "leader" ? ["phase", "piece"] : [])
}

export function agendaOf({ phase }: Roster, phases: Agenda["phases"], asDate: AsDate, now: number): Agenda | undefined {
  if (phase === null) return phases.length === 0 ? undefined : { phases, at: -1, endsAt: undefined, isOver: false }
  const endsAt = asDate(phase.ends_at)
  const known = phases.length > phase.index ? phases : [{ name: phase.phase, minutes: 0 }]
  const at = phases.length > phase.index ? phase.index : 0
  return { phases: known, at, endsAt, isOver: now > endsAt.getTime() }
}

export function pieceOf(
  { piece }: Roster,
  own: string,
  nameOf: (member: string) => string,
  asDate: AsDate,
): TalkingPiece | undefined {
  if (piece === null) return undefined
  return {
    holder: piece.holder,
    handle: nameOf(piece.holder),
    isMine: piece.holder === own,
    next: piece.order.slice(piece.position + 1).map(nameOf),
    turnEndsAt: piece.turn_ends_at === null ? undefined : asDate(piece.turn_ends_at),
  }
}

/** What the server says of somebody who leads, or gives support. */
export function vouchedOf({ standing, licence_checked_at: at }: RosterMember, asDate: AsDate): Vouched | undefined {
  if (standing === "peer") return { kind: "peer" }
  return standing === "licensed" ? { kind: "licensed", checkedAt: at === null ? undefined : asDate(at) } : undefined
}

/** Of those whose names are known: nobody stands there as a number. */
export function attendedOf(
  attendance: readonly Attendance[],
  own: string,
  nameOf: (member: string) => string | undefined,
): Attended[] {
  return attendance.flatMap(({ member, attended_seconds: seconds }) => {
    const handle = nameOf(member)
    return handle === undefined ? [] : [{ handle, isMe: member === own, minutes: Math.round(seconds / 60) }]
  })
}

/** Where a recording is, before it has ended. */
export function recordingOf(
  recording: RecordingView,
  members: readonly RosterMember[],
  own: { readonly account: string; readonly device: string },
  nameOf: (account: string) => string,
  asDate: AsDate,
  hasRefused: boolean,
): Exclude<RecordingState, { kind: "stopped" }> {
  const request = requestOf(recording, nameOf)
  const hasAgreed = recording.consents.some(({ member }) => member === own.account)
  const mine: Consent = hasAgreed ? "given" : hasRefused ? "refused" : "open"
  switch (recording.state) {
    case "requested":
      return { kind: "asked", request, until: asDate(recording.asked_until), mine }
    case "armed":
      return { kind: "agreed", request, mine }
    case "recording": {
      const recorder = members.find(({ device }) => device === recording.recorder)
      const since = asDate(recording.started_at ?? recording.requested_at)
      const isMine = recording.recorder === own.device
      return { kind: "on", request, since, recorder: recorder?.handle ?? request.by, isMine, mine }
    }
    default:
      return { kind: "off", isForbidden: false }
  }
}

function requestOf(recording: RecordingView, nameOf: (account: string) => string): RecordingRequest {
  const { purpose, on_withdraw: onWithdraw } = recording
  return {
    ...{ by: nameOf(recording.requested_by), purpose, onWithdraw, receivers: recording.receivers.map(nameOf) },
    text: isKnownText(recording) ? recordingText(purpose, onWithdraw) : undefined,
    consents: [
      ...recording.consents.map(({ member }) => ({ member, handle: nameOf(member), consent: "given" as const })),
      ...recording.missing.map((member) => ({ member, handle: nameOf(member), consent: "open" as const })),
    ],
  }
}
