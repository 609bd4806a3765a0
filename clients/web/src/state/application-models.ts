/**
 * An application as whoever applies sees it.
 *
 * What is needed stands here as the code of a requirement pack; screens put it into words.
 * Days are those of UTC, as `2026-11-23`.
 */

import type { ReadonlySignal } from "@preact/signals"
import type { ApplicationStanding, NeedState, NeedWay, Offer } from "../protocol/events"
import type { Outcome } from "./asked"

export type { ApplicationStanding, NeedState, NeedWay, Offer } from "../protocol/events"

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
  readonly met: boolean
  /** Who says so, by code: `issuer`, `register`, … */
  readonly source: string
  /** How it was looked at, by code: `document`, `call`, … */
  readonly method: string
  readonly on: string
  /** The last day that it is good for; undefined: it has no end. */
  readonly until: string | undefined
  /** Since when it has been so, of a point that has to have lasted. */
  readonly since: string | undefined
}

/** A document that was sealed on a device. */
export interface EvidenceDocument {
  readonly document: string
  /** Undefined on a device that did not add it. */
  readonly name: string | undefined
  /** Octets, before it was sealed. */
  readonly size: number
}

export interface Applying {
  /** Undefined until the server has said. */
  readonly offers: ReadonlySignal<readonly Offer[] | undefined>
  /** One's own, the newest first. */
  readonly applications: ReadonlySignal<readonly Application[] | undefined>
  /** The largest document, in octets. */
  readonly mostOctets: number
  /** Asks the server anew. */
  look(): Promise<Outcome>
  /** A draft; one that is not decided is the same. */
  begin(type: string): Promise<Outcome & { readonly application?: string | undefined }>
  /** States that a point holds since a day; undefined takes the statement back. */
  state(application: string, need: string, since: string | undefined): Promise<Outcome>
  /** Seals a document on this device, and hands it in. */
  attach(application: string, need: string, file: File): Promise<Outcome>
  detach(application: string, document: string): Promise<Outcome>
  submit(application: string): Promise<Outcome>
  /** Takes it back; its documents are deleted. */
  withdraw(application: string): Promise<Outcome>
}
