/**
 * The body of a content that sets up a connection between two devices of a call.
 *
 * | `t`        | `b`                                                                    |
 * |------------|------------------------------------------------------------------------|
 * | rtc.signal | `kind`, `call`, `to`, `pc_gen`, `sdp`?, `mid_map`, `candidates`        |
 *
 * It is carried beside the log and read by the one device that `to` names; a server that
 * hands it to another, or in another call, is noticed. `pc_gen` counts the connections that
 * the two tried, and is what the server was told.
 *
 * `kind` decides what stands in it: an offer or answer has `sdp` (RFC 8829) and `mid_map`, of
 * each m-line that carries something (`mid`) the slot whose keys its frames are under;
 * candidates have `candidates`, each `mid` and `candidate` (RFC 8839). end says that the sender
 * has closed the connection, restart asks the other side to restart ICE, replace that the
 * connection before is given up for one of this `pc_gen`.
 */

import * as base64url from "./base64url"
import type { Kept, Written } from "./carried"
import { FormatError } from "./errors"
import type { Members } from "./ijson"
import type { Json } from "./json"
import { type Slot, SLOTS } from "./media-slots"
import { ID_BYTES } from "./requests"
import type { ObjectOf } from "./safety-plan"

/** Longest `sdp`; a sealed signal has to stay below the server's limit. */
export const MAX_SDP_CHARACTERS = 14_000
/** Most m-lines that carry something. */
export const MAX_MAPPED = 16
/** Most candidates of one signal. */
export const MAX_CANDIDATES = 32
/** Longest `candidate`. */
export const MAX_CANDIDATE_CHARACTERS = 400
/** Longest identification of an m-line (RFC 5888). */
export const MAX_MID_CHARACTERS = 16
/** More connections than two devices can try in one call. */
export const MAX_PC_GEN = 1_000_000

export const RTC_SIGNAL_KINDS = ["offer", "answer", "candidates", "end", "restart", "replace"] as const
export type RtcSignalKind = (typeof RTC_SIGNAL_KINDS)[number]

/** What one m-line carries. */
export interface MappedMid extends Kept {
  readonly mid: string
  readonly slot: Slot
}

/** An address at which the sender may be reached. */
export interface RtcCandidate extends Kept {
  readonly mid: string
  /** The attribute, `candidate:` and on. */
  readonly candidate: string
}

/** One step of two devices towards each other. */
export interface RtcSignal extends Kept {
  readonly type: "rtc.signal"
  readonly kind: RtcSignalKind
  /** 16 octets. */
  readonly call: Uint8Array
  /** Id of the device that it is for, 16 octets. */
  readonly to: Uint8Array
  /** From 1. */
  readonly pcGen: number
  /** Of an offer or answer. */
  readonly sdp?: string | undefined
  readonly midMap: readonly MappedMid[]
  readonly candidates: readonly RtcCandidate[]
}

/** The members of a body, without those that were kept. */
export function written(body: RtcSignal, objectOf: ObjectOf): Written {
  const midMap = body.midMap.map((each): Json => objectOf(each, { mid: each.mid, slot: each.slot }))
  const candidates = body.candidates.map((each): Json => objectOf(each, { mid: each.mid, candidate: each.candidate }))
  const [call, to] = [base64url.encode(body.call), base64url.encode(body.to)]
  return { kind: body.kind, call, to, pc_gen: body.pcGen, sdp: body.sdp, mid_map: midMap, candidates }
}

export function readRtcSignal(body: Members): RtcSignal {
  const named = body.text("kind")
  const kind = RTC_SIGNAL_KINDS.find((each) => each === named)
  if (kind === undefined) throw new FormatError("content.invalid", "kind is none of the six")
  const signal: RtcSignal = {
    type: "rtc.signal",
    kind,
    call: body.octets("call", ID_BYTES),
    to: body.octets("to", ID_BYTES),
    pcGen: body.integer("pc_gen", 1, MAX_PC_GEN),
    sdp: body.optionalText("sdp", MAX_SDP_CHARACTERS),
    midMap: body.objects("mid_map", MAX_MAPPED).map(readMapped),
    candidates: body.objects("candidates", MAX_CANDIDATES).map(readCandidate),
    extra: body.rest(),
  }
  check(signal)
  return signal
}

function check({ kind, sdp, midMap, candidates }: RtcSignal): void {
  const describes = kind === "offer" || kind === "answer"
  if (describes !== (sdp !== undefined)) {
    throw new FormatError("content.invalid", "sdp belongs to offers and answers, and to each of them")
  }
  if (!describes && midMap.length > 0) {
    throw new FormatError("content.invalid", "mid_map belongs to offers and answers")
  }
  if ((kind === "candidates") !== candidates.length > 0) {
    throw new FormatError("content.invalid", "candidates belong to their kind, and there is one")
  }
  if (new Set(midMap.map(({ mid }) => mid)).size !== midMap.length) {
    throw new FormatError("content.invalid", "an m-line stands twice in mid_map")
  }
}

function readMapped(members: Members): MappedMid {
  const mid = members.text("mid", MAX_MID_CHARACTERS)
  const number = members.integer("slot", 0, SLOTS.length - 1)
  const slot = SLOTS.find((each) => each === number)
  if (slot === undefined) throw new FormatError("content.invalid", "slot is none of the four")
  return { mid, slot, extra: members.rest() }
}

function readCandidate(members: Members): RtcCandidate {
  const mid = members.text("mid", MAX_MID_CHARACTERS)
  const candidate = members.text("candidate", MAX_CANDIDATE_CHARACTERS)
  return { mid, candidate, extra: members.rest() }
}
