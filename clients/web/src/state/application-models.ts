/**
 * An application as whoever applies sees it.
 *
 * What is needed stands here as the code of a requirement pack; screens put it into words.
 * Days are those of UTC, as `2026-11-23`.
 */

import type { ReadonlySignal } from "@preact/signals"
import type { Outcome } from "./asked"

/** Two people decide the same, each for themselves. "lapsed": a draft that nobody touched for half a year. */
export type ApplicationStanding = "draft" | "submitted" | "in_review" | "approved" | "refused" | "withdrawn" | "lapsed"

/** "given": by who applies, and not looked at yet. "expired": it was met once. */
export type NeedState = "missing" | "given" | "met" | "not_met" | "expired"

/** Who shows that it is met, and how; "lookup" is done by those who review. */
export type NeedWay = "statement" | "document" | "training" | "lookup"

export interface Application {
  readonly application: string
  /** Of the credential that it is for. */
  readonly type: string
  readonly standing: ApplicationStanding
  readonly needs: readonly Need[]
  /** How many have signed it off: 0, 1 or 2. */
  readonly signedOff: number
  /** When it came to stand so. */
  readonly at: Date
  /** Why it was refused or sent back, in the words of whoever did. */
  readonly reason: string | undefined
}

/** One point of a pack. */
export interface Need {
  readonly need: string
  /** Points that belong together; undefined where the pack has no groups. */
  readonly group: string | undefined
  readonly way: NeedWay
  /** Needed of those alone whom it concerns. */
  readonly optional: boolean
  readonly state: NeedState
  /** The day since which it holds, as stated. */
  readonly since: string | undefined
  readonly documents: readonly EvidenceDocument[]
  /** Of training: minutes done and needed. */
  readonly minutes: { readonly done: number; readonly needed: number } | undefined
  readonly finding: Finding | undefined
}

/** What was found when somebody looked: never who did. */
export interface Finding {
  /** Who says so, by code: `issuer`, `register`, … */
  readonly source: string
  /** How it was looked at, by code: `document`, `call`, … */
  readonly method: string
  readonly on: string
  /** The last day that it is good for; undefined: it has no end. */
  readonly until: string | undefined
}

/** A document that was sealed on a device. Its name is sealed with it. */
export interface EvidenceDocument {
  readonly document: string
  /** Undefined on a device that cannot open it. */
  readonly name: string | undefined
  /** Octets, before it was sealed. */
  readonly size: number
}

/** What can be applied for. */
export interface Offer {
  readonly type: string
  /** How many points are needed. */
  readonly needs: number
}

export interface Applying {
  /** Undefined until the server has said. */
  readonly offers: ReadonlySignal<readonly Offer[] | undefined>
  /** One's own, the newest first. */
  readonly applications: ReadonlySignal<readonly Application[] | undefined>
  /** How many people could open a document that is sealed now. */
  readonly readers: ReadonlySignal<number>
  /** The largest document, in octets. */
  readonly mostOctets: number
  /** Asks the server anew. */
  look(): Promise<Outcome>
  /** A draft; one that was begun before is the same. After a refusal it has what was given. */
  begin(type: string): Promise<Outcome & { readonly application?: string | undefined }>
  /** States that a point holds since a day; undefined takes the statement back. */
  state(application: string, need: string, since: string | undefined): Promise<Outcome>
  /** Seals a document on this device for those who review, and sends it. */
  attach(application: string, need: string, file: File): Promise<Outcome>
  detach(application: string, need: string, document: string): Promise<Outcome>
  submit(application: string): Promise<Outcome>
  /** Takes it back; its documents are deleted. */
  withdraw(application: string): Promise<Outcome>
}
