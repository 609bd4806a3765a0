/**
 * Whether media still arrives over a connection, and what is tried when it does not.
 *
 * Browsers take five seconds to say `disconnected`, and longer to say `failed`. What comes
 * in is counted four times a second instead, and 1.5 s without anything is trouble. Then,
 * until something comes again:
 *
 *     0 s, 3 s, 6 s   a new path for the same connection (ICE restart)
 *     10 s            another connection
 *     17 s            another one, over the relay alone, and again every 7 s
 *
 * The impolite side begins at once, the polite one a second later, if the other has not.
 *
 * Somebody who sends nothing cannot be missed. Their path is judged by whether it answers:
 * three checks in a row without an answer, over two seconds, are trouble as well. Who is
 * muted goes on sending silence, and may stop that without a word: for them both count, and
 * a path that answers is a good one.
 *
 * Over a connection that only sends, what comes is the reports of who receives: one each
 * second or so, and none of nothing. They are missed long before checks are, which a browser
 * makes every 2.5 s while all is well. But they say nothing of the way there: checks without
 * an answer count as well, and only an answer says that it is found again.
 */

export const POLL_MS = 250
export const STILL_MS = 1_500
/** For a first frame, or the first after another connection was made. */
const FIRST_MS = 4_000
const UNANSWERED_MS = 2_000
const UNANSWERED = 3
/** After the beginning of the trouble. */
const LADDER = [0, 3_000, 6_000, 10_000, 17_000] as const
const AGAIN_MS = 7_000
const POLITE_MS = 1_000
const HOLD_OFF_MS = 3_000

/** One look at a connection; `now` only ever grows. */
export interface Reading {
  readonly now: number
  /** Of all that came in. */
  readonly bytes: number
  /** Of the candidate pair in use (W3C WebRTC Statistics §8.23). */
  readonly requests: number
  readonly responses: number
  readonly state: RTCPeerConnectionState
  /** The other side says that it sends sound or pictures, and is there. */
  readonly isClaimed: boolean
  /** How long nothing may come of what is claimed. */
  readonly stillMs: number
  /** What comes are reports of what goes out. */
  readonly isOutward: boolean
}

export type Remedy = "restart" | "replace" | "replace_relayed"

interface Trouble {
  readonly since: number
  readonly tried: number
  readonly nextAt: number
}

export interface Watch {
  readonly begunAt: number
  readonly claimedAt: number | undefined
  readonly bytes: number
  readonly movedAt: number | undefined
  readonly requests: number
  readonly responses: number
  readonly answeredAt: number
  readonly trouble: Trouble | undefined
}

/** Of a new connection. */
export function watch(now: number): Watch {
  return {
    ...{ begunAt: now, claimedAt: undefined, bytes: 0, movedAt: undefined },
    ...{ requests: 0, responses: 0, answeredAt: now, trouble: undefined },
  }
}

/** Another connection was made for the same reason: the trouble goes on until something comes. */
export function rebuilt(before: Watch, now: number): Watch {
  return { ...watch(now), trouble: before.trouble }
}

/** `jitter`: from 0 to 1. */
export function look(
  before: Watch,
  reading: Reading,
  isPolite: boolean,
  jitter: () => number,
): readonly [Watch, Remedy | undefined] {
  const after = noted(before, reading)
  const { now } = reading
  if (after.trouble === undefined) {
    if (!isTroubled(after, reading)) return [after, undefined]
    const trouble = { since: now, tried: 0, nextAt: now + (isPolite ? POLITE_MS : 0) }
    return tried({ ...after, trouble }, now, jitter)
  }
  return isCured(before, after, reading) ? [{ ...after, trouble: undefined }, undefined] : tried(after, now, jitter)
}

/** The browser says that the network is another one: nothing is waited for. */
export function netChanged(before: Watch, now: number): Watch {
  return { ...before, trouble: { since: now, tried: 0, nextAt: now } }
}

/** The other side is at work on it. */
export function otherTries(before: Watch, now: number): Watch {
  const { trouble } = before
  if (trouble === undefined) return before
  return { ...before, trouble: { ...trouble, nextAt: Math.max(trouble.nextAt, now + HOLD_OFF_MS) } }
}

function noted(before: Watch, { now, bytes, requests, responses, isClaimed }: Reading): Watch {
  const moved = bytes !== before.bytes
  const answered = responses !== before.responses
  return {
    ...before,
    claimedAt: isClaimed ? (before.claimedAt ?? now) : undefined,
    bytes,
    movedAt: moved ? now : before.movedAt,
    responses,
    requests: answered ? requests : Math.min(before.requests, requests),
    answeredAt: answered ? now : before.answeredAt,
  }
}

function isTroubled(watch: Watch, reading: Reading): boolean {
  const { now } = reading
  if (reading.state === "disconnected" || reading.state === "failed") return true
  const isAnswered = now - watch.answeredAt < UNANSWERED_MS || reading.requests - watch.requests < UNANSWERED
  if (reading.isOutward && !isAnswered) return true
  if (watch.movedAt !== undefined) {
    if (now - watch.movedAt < reading.stillMs) return false
    if (reading.isClaimed) return now - (watch.claimedAt ?? now) >= reading.stillMs
  } else if (reading.isClaimed) {
    return now - Math.max(watch.begunAt, watch.claimedAt ?? now) >= FIRST_MS
  }
  if (reading.state !== "connected") return now - watch.begunAt >= FIRST_MS
  return !isAnswered
}

/** What came since the trouble began, in a connection that the browser has not given up. */
function isCured(before: Watch, after: Watch, reading: Reading): boolean {
  if (reading.state === "disconnected" || reading.state === "failed") return false
  if (after.bytes > before.bytes && !reading.isOutward) return true
  return (
    (!reading.isClaimed || reading.isOutward) && reading.state === "connected" && after.responses > before.responses
  )
}

function tried(watch: Watch, now: number, jitter: () => number): readonly [Watch, Remedy | undefined] {
  const { trouble } = watch
  if (trouble === undefined || now < trouble.nextAt) return [watch, undefined]
  const { tried: count } = trouble
  const [here, next] = [LADDER[count] ?? 0, LADDER[count + 1]]
  const wait = next === undefined ? AGAIN_MS + jitter() * 1_000 : next - here
  const remedy = count < 3 ? "restart" : count === 3 ? "replace" : "replace_relayed"
  return [{ ...watch, trouble: { ...trouble, tried: count + 1, nextAt: now + wait } }, remedy]
}
