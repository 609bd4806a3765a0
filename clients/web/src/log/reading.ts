/**
 * One pass over the entries of the log that were added, and how far it was read.
 *
 * Whoever reads every entry needs no proof: the entries give the root, and the root was
 * signed.
 */

import * as entries from "../e2ee/formats/log-entry"
import type { LogEntry } from "../e2ee/formats/log-entry"
import { Frontier } from "../e2ee/formats/merkle"
import { follow } from "../e2ee/formats/transparency"
import { equal } from "../e2ee/octets"
import * as s from "../protocol/shape"

/** How far the log was read, under a root that was signed. */
export const Read = s.struct({
  size: s.integer,
  /** Of the tree over what was read (`merkle.Frontier`). */
  peaks: s.list(s.octets),
  /** The newest entry of a key that reports are sealed to; empty if there is none. */
  reportKey: s.octets,
  /** Every recorded key of the authentication service. */
  asKeys: s.list(s.octets),
  /** Of the newest own list that is recorded: the next one has a higher number. */
  ownCounter: s.integer,
})
export type Read = s.Of<typeof Read>

export const NOTHING_READ: Read = { size: 0, peaks: [], reportKey: new Uint8Array(), asKeys: [], ownCounter: 0 }

export class Reading {
  frontier: Frontier
  reportKey: Uint8Array
  /** Entries about the own account, in order. */
  readonly own: LogEntry[] = []
  /** Of the authentication service, each key once. */
  readonly asKeys: Uint8Array[]

  constructor(
    before: Read,
    private readonly ownTag: Uint8Array,
  ) {
    this.frontier = new Frontier(BigInt(before.size), before.peaks)
    this.reportKey = before.reportKey
    this.asKeys = [...before.asKeys]
  }

  get size(): number {
    return Number(this.frontier.size)
  }

  /** Goes on by these entries. `log.entries_missing`: one of them is not the next. */
  take(page: readonly LogEntry[]): void {
    this.frontier = follow(this.frontier, page)
    for (const entry of page) {
      if (entry.kind === "as_key" && !this.asKeys.some((known) => equal(known, entry.publicKey))) {
        this.asKeys.push(entry.publicKey)
      }
      if (entry.kind === "report_key") this.reportKey = entries.encode(entry)
      if (equal(entry.tag, this.ownTag)) this.own.push(entry)
    }
  }

  /** What is to be stored of it. */
  done(ownCounter: number): Read {
    const { size, reportKey, asKeys } = this
    return { size, peaks: this.frontier.peaks, reportKey, asKeys, ownCounter }
  }
}
