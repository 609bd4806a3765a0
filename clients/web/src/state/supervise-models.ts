/** What supervisors decide and look back on: the desk's promises, and its log. */

import type { ReadonlySignal } from "@preact/signals"
import type { Broken } from "../desk/audit"
import type { Node } from "../desk/policy"
import type { PolicyProposal, PolicyTrial, PolicyView } from "../protocol/events"
import type { Outcome } from "./asked"

export type { Broken, Flaw } from "../desk/audit"
export {
  at,
  type Change,
  changed,
  changes,
  EMPTY,
  freshRevision,
  isIncomplete,
  isNode,
  type Node,
  type Path,
  readDocument,
  type Rung,
  type Stage,
  textOf,
  tiersOf,
  type Value,
} from "../desk/policy"
export type {
  PastFigures,
  PolicyFinding,
  PolicyProposal,
  PolicyRevision,
  PolicyTrial,
  PolicyView,
  TwinFigures,
} from "../protocol/events"

/** The promises, and what is to become of them. */
export interface PolicyRoom {
  /** Undefined until the server has said. */
  readonly view: ReadonlySignal<PolicyView | undefined>
  /** What somebody writes here; kept on this device until it is handed in or thrown away. */
  readonly draft: ReadonlySignal<Node | undefined>
  /** Whether it is kept as it stands there. */
  readonly kept: ReadonlySignal<boolean>
  look(): Promise<Outcome>
  /** Keeps what is written; undefined throws it away. */
  write(draft: Node | undefined): void
  /** What would come of a document; `people`: how many responders, or as many as there are. */
  tryOut(
    document: string,
    days: number,
    people: number | undefined,
  ): Promise<Outcome & { readonly trial?: PolicyTrial }>
  /** Hands in what is written; `signedOn` as `2026-11-22`. */
  propose(signedBy: string, signedOn: string): Promise<Outcome>
  /** Puts in force exactly what was read. */
  adopt(proposal: PolicyProposal): Promise<Outcome>
  discard(): Promise<Outcome>
}

/** The log of the desk, fetched and verified here. */
export interface AuditRoom {
  /** While it is fetched: how much of it there is. */
  readonly progress: ReadonlySignal<AuditProgress | undefined>
  readonly result: ReadonlySignal<AuditResult | undefined>
  /** Fetches all of it; `known`: a head that somebody has kept elsewhere, or nothing. */
  read(known: string): Promise<Outcome>
  stop(): void
}

export interface AuditProgress {
  readonly rows: number
  readonly total: number
}

/** A head with when it was seen. */
export interface KeptHead {
  readonly head: string
  readonly rows: number
  readonly at: Date
}

export interface AuditResult {
  /** Rows that hold, from the first on. */
  readonly rows: number
  /** Of the last of them. */
  readonly head: string
  readonly from: Date | undefined
  readonly until: Date | undefined
  /** Rows of which personal fields were erased. */
  readonly erased: number
  readonly broken: Broken | undefined
  /** What this device saw the last time, and whether it is still in the log. */
  readonly kept: (KeptHead & { readonly holds: boolean }) | undefined
  /** Whether the log has the head that was given; undefined if none was. */
  readonly given: boolean | undefined
  /** One row on each line. */
  readonly file: Blob
}
