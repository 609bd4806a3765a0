/**
 * What this device saw of one call, over all its visits: for how long somebody else was
 * there, in which role it was, and a mark of each epoch (`attendance_text.py`).
 *
 * Time counts while the server is heard, as it does for the lease of a seat: who is shown
 * as away sees nobody. It is looked a few times a second; a device that slept saw nothing.
 */

import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js"
import { type CallRole, MAX_MARKS, type Roster } from "../protocol/events"

/** Without a look, or a word from the server, for so long, time does not count. */
const UNSEEN_MS = 10_000

/** As it outlives a page that is loaded anew. */
export interface Kept {
  readonly lastedMs: number
  readonly role: CallRole | null
  /** In hexadecimal digits, the oldest first. */
  readonly marks: readonly string[]
}

export class Tally {
  role: CallRole | null
  lastedMs: number
  private readonly seen: Set<string>
  private lookedAt: number | undefined

  constructor(before?: Kept) {
    this.role = before?.role ?? null
    this.lastedMs = before?.lastedMs ?? 0
    this.seen = new Set(before?.marks)
  }

  get marks(): Uint8Array[] {
    return [...this.seen].map(hexToBytes)
  }

  get kept(): Kept {
    return { lastedMs: this.lastedMs, role: this.role, marks: [...this.seen] }
  }

  /** A few times a second. `roster`: none while there is no seat; `heardAt`: the server, by the same clock. */
  look(now: number, own: string, roster: Roster | undefined, heardAt: number): void {
    const before = this.lookedAt
    this.lookedAt = now
    const mine = roster?.members.find(({ member }) => member === own)
    if (roster === undefined || mine === undefined) return
    this.role = mine.role
    const hasCompany = roster.members.some(({ member, presence }) => member !== own && presence !== "away")
    const isSeen = before !== undefined && now - before < UNSEEN_MS && now - heardAt < UNSEEN_MS
    if (hasCompany && isSeen) this.lastedMs += now - before
  }

  /** The group is in another epoch; of too many the newest stay. */
  enter(mark: Uint8Array): void {
    const name = bytesToHex(mark)
    this.seen.delete(name)
    this.seen.add(name)
    for (const oldest of this.seen) {
      if (this.seen.size <= MAX_MARKS) break
      this.seen.delete(oldest)
    }
  }
}
