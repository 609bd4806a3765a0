/**
 * What is decided about the connections with a forwarder, as values.
 *
 * There are two for each device: to it, which the device offers, and from it, which the
 * forwarder offers. A presentation has one more of its own. Each ends for three reasons and
 * no others: the server says that it has to be another one, the forwarder was lost, or the
 * call is over. That the server does not answer is none of them.
 *
 * A feed is named by its member and the number of that member's connection. The number of
 * one's own changes when the forwarder was lost, and when one's own connection is replaced.
 */

import { Slot } from "../e2ee/formats/media-slots"
import { NotConnected, Refused } from "../protocol/errors"
import type { FeedLabel, FeedView, Roster, RosterMember } from "../protocol/events"

/** As long as a forwarder needs to be there again; then there is no hurry any more. */
const HURRY = 20
const HURRY_MS = { least: 100, most: 300 } as const
const LATER_MS = 2_000

/** Before the same thing is tried again; `failures` in a row. `jitter`: from 0 to 1. */
export function retryMs(failures: number, askedMs: number | undefined, jitter: () => number): number {
  const { least, most } = HURRY_MS
  const own = failures < HURRY ? least + jitter() * (most - least) : LATER_MS
  return Math.max(own, askedMs ?? 0)
}

/** What an answer that is a refusal, or none, means for a connection. */
export type Verdict =
  /** Nothing is known: the same once more, and what flows goes on. */
  | "again"
  /** The forwarder has offered something newer: that is asked for and answered. */
  | "superseded"
  /** The forwarder does not have this connection: another one. */
  | "rebuild"
  /** It will not be given, however often it is asked for. */
  | "never"

export type FeedCommand = "feed.publish" | "feed.subscribe" | "feed.unsubscribe" | "feed.answer" | "feed.restart"

export function verdictOf(command: FeedCommand, error: NotConnected | Refused): Verdict {
  if (error instanceof NotConnected) return "again"
  switch (error.code) {
    case "stale_pc_gen":
      return command === "feed.answer" ? "superseded" : "again"
    case "not_found":
      // Of a call that is over it is told as well; of a connection only here.
      return command === "feed.answer" || command === "feed.restart" ? "rebuild" : "again"
    // A seat is taken up again on each new connection; the room is told if it is lost.
    case "no_seat":
    case "stale_connection":
      return "again"
    default:
      return error.fault === "caller" && error.retryAfterMs === undefined ? "never" : "again"
  }
}

/**
 * The feeds that one receives: those of others, as the group has them. One whose name or
 * device is not its member's is left out: it would be shown under another one's name.
 */
export function wanted(
  { feeds }: Pick<Roster, "feeds">,
  own: string,
  isLeaf: (member: string, device: string) => boolean,
): ReadonlyMap<string, FeedView> {
  const theirs = feeds.filter(
    ({ feed, member, device }) => member !== own && feed.startsWith(`${member}:`) && isLeaf(member, device),
  )
  return new Map(theirs.map((view) => [view.feed, view]))
}

/** What is asked for, and what is given up, to have these and no others. */
export function changes(
  want: ReadonlyMap<string, unknown>,
  had: ReadonlySet<string>,
): { readonly add: readonly string[]; readonly drop: readonly string[] } {
  return {
    add: [...want.keys()].filter((feed) => !had.has(feed)).sort(),
    drop: [...had].filter((feed) => !want.has(feed)).sort(),
  }
}

/** Which slot a line of a feed is: its frames are sealed for that and no other. */
export function slotOf(label: FeedLabel, isVideo: boolean): Slot {
  if (label === "screen") return isVideo ? Slot.screen : Slot.screenAudio
  return isVideo ? Slot.camera : Slot.microphone
}

/** Whether something must come: a feed flows whose member says that they send. */
export function isClaimed(
  want: ReadonlyMap<string, FeedView>,
  had: ReadonlySet<string>,
  members: readonly RosterMember[],
): boolean {
  const sending = new Set(
    members.flatMap(({ member, presence, muted, camera }) => (presence === "on" && (!muted || camera) ? [member] : [])),
  )
  return [...want.values()].some(({ feed, member, paused }) => had.has(feed) && !paused && sending.has(member))
}

/** The number of one's own connection, and what was asked about it. */
export interface OwnEpoch {
  readonly epoch: number
  /** One's own connection is being replaced: a higher number is the answer to that. */
  readonly isAsking: boolean
}

/** What a number in the roster means: the forwarder, or one's seat, is another one, and all begins anew. */
export function isAnother({ epoch, isAsking }: OwnEpoch, told: number | undefined): told is number {
  return told !== undefined && told > epoch && !isAsking
}
