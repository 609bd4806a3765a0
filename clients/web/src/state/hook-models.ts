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
  /** What its receiver verifies with; undefined: with a secret that both have. */
  readonly publicKey: string | undefined
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

/** An endpoint that is to be added. */
export interface Wanted {
  readonly url: string
  readonly purpose: string
  readonly types: readonly string[]
  readonly maxTier: 0 | 1 | 2
  readonly drills: boolean
  /** A secret that both have, for receivers that verify nothing else. */
  readonly isShared: boolean
}

/** What can be told, and for what. */
export interface Catalogue {
  /** Events of one kind, such as `duty`, and the lowest tier that one of them has. */
  readonly families: readonly { readonly name: string; readonly tier: number }[]
  readonly purposes: readonly string[]
}

/** Something that was done to an endpoint. */
export interface HookAct {
  readonly at: Date
  /** By code. */
  readonly act: string
  readonly endpoint: string
  /** Its address; undefined where it is not known here. */
  readonly url: string | undefined
  /** By handle; undefined: at the command line. */
  readonly by: string | undefined
}

/** What a receiver verifies with; null: it is a secret that was told before, and is not again. */
export type Verifies = string | null

/** One event, or everything of an endpoint that was given up. */
export type ReplayOf = { readonly event: string } | "dead"

export interface HookConsole {
  /** In the order in which they were added; undefined until the server has said. */
  readonly endpoints: ReadonlySignal<readonly Endpoint[] | undefined>
  /** The newest first. */
  readonly log: ReadonlySignal<readonly HookAct[] | undefined>
  readonly catalogue: ReadonlySignal<Catalogue | undefined>
  /** Asks the server anew. */
  look(): Promise<Outcome>
  lookAtLog(): Promise<Outcome>
  lookAtCatalogue(): Promise<Outcome>
  /** Of the public internet alone; asks for the passkey, as `rotate` and `enable` do. */
  add(wanted: Wanted): Promise<Outcome & { readonly verifies?: Verifies | undefined }>
  /** The oldest first, fifty at most. */
  dead(endpoint: string): Promise<Outcome & { readonly events?: readonly DeadEvent[] | undefined }>
  /** Sends a signed request that tells of nothing. */
  test(endpoint: string): Promise<Outcome & { readonly answer?: TestAnswer | undefined }>
  /** Signs with a fresh key of the same sort; a secret is said once. */
  rotate(endpoint: string): Promise<Outcome & { readonly verifies?: Verifies | undefined }>
  replay(endpoint: string, what: ReplayOf): Promise<Outcome & { readonly queued?: number | undefined }>
  disable(endpoint: string): Promise<Outcome>
  enable(endpoint: string): Promise<Outcome>
}
