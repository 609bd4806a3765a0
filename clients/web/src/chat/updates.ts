/**
 * How the rest of the page hears that something changed. An update names what changed and
 * carries no content: the history is in the store, and reading it there is always right.
 */

import type { Notice } from "../protocol/connection"
import type { Sign } from "./history"

/** What the crisis desk tells unasked: hints, about what is asked for by a call. */
const OF_DESK = ["case.changed", "case.offered", "offer.rescinded", "desk.changed"] as const
export type DeskNotice = Extract<Notice, { name: (typeof OF_DESK)[number] }>

export function isOfDesk(notice: Notice): notice is DeskNotice {
  return OF_DESK.some((name) => name === notice.name)
}

/** Hints about the account's own affairs, and about what is planned: whoever shows them asks anew. */
const OF_AFFAIRS = [
  "credential.changed",
  "match.changed",
  "match.queue_changed",
  "review.changed",
  "reward.changed",
  "session.changed",
] as const
export type AffairNotice = Extract<Notice, { name: (typeof OF_AFFAIRS)[number] }>

export function isOfAffairs(notice: Notice): notice is AffairNotice {
  return OF_AFFAIRS.some((name) => name === notice.name)
}

/** What happens in a call: numbered, and never a row of a log. */
export type CallNotice = Extract<Notice, { readonly fact: { readonly call: string; readonly seq: number } }>

export function isOfCall(notice: Notice): notice is CallNotice {
  return "call" in notice.fact && "seq" in notice.fact
}

export type Update =
  /** A message was added to the history. */
  | { readonly kind: "message"; readonly conversation: string; readonly message: string }
  /** A message was edited or deleted, or reactions to it changed. */
  | { readonly kind: "changed"; readonly conversation: string; readonly message: string }
  /** Its members, its standing or its outbox. */
  | { readonly kind: "conversation"; readonly conversation: string }
  /** Somebody writes, received or read. */
  | { readonly kind: "sign"; readonly conversation: string; readonly sign: Sign }
  /** A file came further, from 0 to 1. */
  | { readonly kind: "transfer"; readonly conversation: string; readonly message: string; readonly done: number }
  /** The server's log is shorter than what is stored here: it was put back. */
  | { readonly kind: "rewound"; readonly conversation: string }
  /** Something about a case, or the crisis desk: no conversation's. */
  | { readonly kind: "desk"; readonly notice: DeskNotice }
  | { readonly kind: "call"; readonly notice: CallNotice }
  | { readonly kind: "told"; readonly notice: AffairNotice }
  | { readonly kind: "connection" }
  | { readonly kind: "devices" }
  /** Something about keys that the person has to be told, or has seen. */
  | { readonly kind: "alarm" }
  /** Nothing runs any more. */
  | { readonly kind: "ended" }

export class Updates {
  private readonly listeners = new Set<(update: Update) => void>()

  /** Calls `listener` for every update from now on, until the signal is aborted. */
  listen(listener: (update: Update) => void, signal: AbortSignal): void {
    if (signal.aborted) return
    this.listeners.add(listener)
    signal.addEventListener("abort", () => this.listeners.delete(listener), { once: true })
  }

  publish(update: Update): void {
    for (const listener of [...this.listeners]) listener(update)
  }
}
