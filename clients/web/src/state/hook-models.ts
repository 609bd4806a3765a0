/**
 * Who is told of events, as an operator sees it.
 *
 * What something is stands here as the server's code; screens put it into words. Nothing
 * in here says what an event is about: only its type, and when it happened.
 */

import type { ReadonlySignal } from "@preact/signals"
import type { Outcome } from "./asked"

export interface Endpoint {
  readonly endpoint: string
  readonly url: string
  /** What its owner may use events for, such as `reward`. */
  readonly purpose: string
  /** `duty.ended`, `duty.*` or `*`. */
  readonly types: readonly string[]
  /** 0: nothing about members. 1: about members who agreed. 2: that there is a case. */
  readonly maxTier: 0 | 1 | 2
  /** Told of drills, too. */
  readonly drills: boolean
  /** "parked": several went wrong, and one is tried now and then. */
  readonly state: "active" | "parked" | "disabled"
  /** Why it is parked or disabled, by code. */
  readonly reason: string | undefined
  readonly waiting: number
  readonly dead: number
  /** When the oldest happened that still waits. */
  readonly oldestAt: Date | undefined
  /** The key before signs as well until then. */
  readonly rotatingUntil: Date | undefined
}

/** An event that was given up, and can be sent again. */
export interface DeadEvent {
  readonly event: string
  readonly type: string
  readonly occurredAt: Date
  readonly attempts: number
  /** What went wrong last, by code. */
  readonly last: string | undefined
}

/** What a test came to; no status: it was not reached. */
export interface TestAnswer {
  readonly status: number | undefined
  /** `answered`, `refused`, `dns`, `connect`, `tls`, `timeout` or `broken`. */
  readonly outcome: string
}

/** One event, or everything of an endpoint that was given up. */
export type ReplayOf = { readonly event: string } | "dead"

export interface HookConsole {
  /** In the order in which they were added; undefined until the server has said. */
  readonly endpoints: ReadonlySignal<readonly Endpoint[] | undefined>
  /** Asks the server anew. */
  look(): Promise<Outcome>
  /** The oldest first, fifty at most. */
  dead(endpoint: string): Promise<Outcome & { readonly events?: readonly DeadEvent[] }>
  /** Sends a signed request that tells of nothing. */
  test(endpoint: string): Promise<Outcome & { readonly answer?: TestAnswer }>
  /** Signs with a fresh key; `verifies` is what the receiver verifies with, said once. */
  rotate(endpoint: string): Promise<Outcome & { readonly verifies?: string }>
  replay(endpoint: string, what: ReplayOf): Promise<Outcome & { readonly queued?: number }>
  disable(endpoint: string): Promise<Outcome>
  enable(endpoint: string): Promise<Outcome>
}
