/** How the line was, minute by minute and in steps: the server is told no figure of it. */

import type { LossBucket, RttBucket } from "../protocol/events"
import type { Sample } from "./stats"

export interface Line {
  readonly loss: LossBucket | undefined
  readonly rtt: RttBucket | undefined
}

/** One minute of a connection, while it goes on. */
export interface Minute {
  readonly since: number
  readonly last: Sample
  readonly packets: number
  readonly lost: number
  /** Of so many looks that found one, all together. */
  readonly roundTripsMs: number
  readonly looks: number
  /** Of the minute before. */
  readonly line: Line
}

export const MINUTE_MS = 60_000
/** Fewer in a minute say nothing. */
const LEAST_PACKETS = 50
/** Each step, and the percentage or the milliseconds below which it is. */
const LOSS: readonly (readonly [LossBucket, number])[] = [
  ["0-1", 1],
  ["1-3", 3],
  ["3-10", 10],
  ["10+", Infinity],
]
const RTT: readonly (readonly [RttBucket, number])[] = [
  ["0-100", 100],
  ["100-300", 300],
  ["300-1000", 1_000],
  ["1000+", Infinity],
]
export const UNKNOWN: Line = { loss: undefined, rtt: undefined }

/** The minute with another look at its connection, or the next one. */
export function looked(minute: Minute | undefined, sample: Sample): Minute {
  if (minute === undefined) return begun(sample, UNKNOWN)
  const { last } = minute
  const packets = sample.packets - last.packets
  // Counts that fall are of a connection, or of somebody in it, that is not there any more.
  const lost = packets < 0 ? 0 : sample.lost - last.lost
  const now = {
    ...{ ...minute, last: sample, packets: minute.packets + Math.max(0, packets), lost: minute.lost + lost },
    roundTripsMs: minute.roundTripsMs + (sample.roundTripMs ?? 0),
    looks: minute.looks + (sample.roundTripMs === undefined ? 0 : 1),
  }
  return sample.at - minute.since < MINUTE_MS ? now : begun(sample, lineOf(now))
}

/** The worse of each; the first as it is, where the other is worse in nothing. */
export function worse(one: Line, other: Line): Line {
  const [loss, rtt] = [later(LOSS, one.loss, other.loss), later(RTT, one.rtt, other.rtt)]
  return loss === one.loss && rtt === one.rtt ? one : { loss, rtt }
}

function begun(sample: Sample, line: Line): Minute {
  return { since: sample.at, last: sample, packets: 0, lost: 0, roundTripsMs: 0, looks: 0, line }
}

function lineOf({ packets, lost: counted, roundTripsMs, looks }: Minute): Line {
  const lost = Math.max(0, counted)
  const all = packets + lost
  return {
    loss: all < LEAST_PACKETS ? undefined : step(LOSS, (100 * lost) / all),
    rtt: looks === 0 ? undefined : step(RTT, roundTripsMs / looks),
  }
}

function step<Bucket>(steps: readonly (readonly [Bucket, number])[], value: number): Bucket | undefined {
  return steps.find(([, below]) => value < below)?.[0]
}

function later<Bucket>(
  steps: readonly (readonly [Bucket, number])[],
  one: Bucket | undefined,
  other: Bucket | undefined,
): Bucket | undefined {
  return steps.findLast(([bucket]) => bucket === one || bucket === other)?.[0]
}
