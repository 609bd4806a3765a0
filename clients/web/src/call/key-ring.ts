/**
 * Under which epoch frames are sent and opened, while the group of a call changes.
 *
 * When a commit is processed its keys are installed for receiving, which the server is told.
 * Sending goes on under the epoch before until everybody is ready:
 *
 *     processed ──▶ installed, `key.confirm`
 *                     ├─ the server says that all are ready, or 2 s are over ─▶ sending
 *                     └─ the commit removed somebody ─▶ sending at once
 *
 * The server's word can only make this faster: one that says nothing gains nothing. What it
 * says of the cause counts only for the worse. A removal that this device hears of and
 * cannot process within 2 s stops what it sends, until it can: it would be sealed for who
 * was removed. A cause that is unknown counts as a removal.
 *
 * Old keys open for as long as `e2ee/frames.ts` keeps them, after a removal for less.
 */

export const OWN_LIMIT_MS = 2_000

export interface KeyRing {
  /** Of the group, in which the newest keys are. */
  readonly epoch: number
  readonly sending: number
  /** When it is switched to the newest without the server's word. */
  readonly switchAt: number | undefined
  /** What the server announced, and this device has not processed. */
  readonly announced: { readonly epoch: number; readonly transition: number; readonly stopAt: number } | undefined
  readonly isStopped: boolean
}

export type KeyEvent =
  /** The group of this device is in this epoch now. */
  | { readonly kind: "processed"; readonly epoch: number; readonly hasRemoved: boolean }
  | { readonly kind: "prepared"; readonly epoch: number; readonly transition: number; readonly cause: string }
  | { readonly kind: "switched"; readonly epoch: number }
  | { readonly kind: "time" }

export type KeyEffect =
  /** Of the group as it is; once more where it turns out to be a removal. */
  | { readonly kind: "install"; readonly epoch: number; readonly isRemoval: boolean }
  | { readonly kind: "confirm"; readonly epoch: number; readonly transition: number }
  | { readonly kind: "send"; readonly epoch: number }
  /** Nothing is sent any more; and: it is again. */
  | { readonly kind: "stop" }
  | { readonly kind: "resume" }

export function keyRing(epoch: number): KeyRing {
  return { epoch, sending: epoch, switchAt: undefined, announced: undefined, isStopped: false }
}

/** `now`: milliseconds of any clock that only grows. */
export function turn(ring: KeyRing, event: KeyEvent, now: number): readonly [KeyRing, readonly KeyEffect[]] {
  switch (event.kind) {
    case "processed":
      return event.epoch > ring.epoch ? processed(ring, event.epoch, event.hasRemoved, now) : [ring, []]
    case "prepared":
      return prepared(ring, event, now)
    case "switched":
      return event.epoch === ring.epoch && ring.sending !== ring.epoch ? switched(ring) : [ring, []]
    case "time":
      return time(ring, now)
  }
}

type Turned = readonly [KeyRing, readonly KeyEffect[]]

function processed(before: KeyRing, epoch: number, hasRemoved: boolean, now: number): Turned {
  const { announced, isStopped } = before
  const isNamed = announced !== undefined && announced.epoch <= epoch
  const isUrgent = hasRemoved || (isNamed && announced.stopAt !== Infinity)
  const effects: KeyEffect[] = [{ kind: "install", epoch, isRemoval: isUrgent }]
  if (isNamed) effects.push({ kind: "confirm", epoch, transition: announced.transition })
  // The server may have said "remove" of what this commit does not remove: then that is another one.
  const ring: KeyRing = {
    ...before,
    ...{ epoch, switchAt: before.switchAt ?? now + OWN_LIMIT_MS },
    ...{ announced: isNamed ? undefined : announced, isStopped: isStopped && !isNamed },
  }
  if (isStopped && !ring.isStopped) effects.push({ kind: "resume" })
  if (!isUrgent) return [ring, effects]
  const [after, more] = switched(ring)
  return [after, [...effects, ...more]]
}

function prepared(ring: KeyRing, event: KeyEvent & { kind: "prepared" }, now: number): Turned {
  const { epoch, transition, cause } = event
  const isRemoval = cause !== "add" && cause !== "refresh"
  if (epoch > ring.epoch) {
    const stopAt = isRemoval ? now + OWN_LIMIT_MS : Infinity
    const before = ring.announced
    const announced = { epoch, transition, stopAt: Math.min(stopAt, before?.stopAt ?? Infinity) }
    return [{ ...ring, announced }, []]
  }
  const effects: KeyEffect[] = [{ kind: "confirm", epoch, transition }]
  if (!isRemoval || epoch !== ring.epoch) return [ring, effects]
  effects.push({ kind: "install", epoch, isRemoval })
  if (ring.sending === ring.epoch) return [ring, effects]
  const [after, more] = switched(ring)
  return [after, [...effects, ...more]]
}

function switched(ring: KeyRing): Turned {
  return [{ ...ring, sending: ring.epoch, switchAt: undefined }, [{ kind: "send", epoch: ring.epoch }]]
}

function time(before: KeyRing, now: number): Turned {
  const isDue = before.switchAt !== undefined && now >= before.switchAt && before.sending !== before.epoch
  const [ring, sent] = isDue ? switched(before) : [before, []]
  const stops = !ring.isStopped && ring.announced !== undefined && now >= ring.announced.stopAt
  return [{ ...ring, isStopped: ring.isStopped || stops }, stops ? [...sent, { kind: "stop" }] : sent]
}
