/**
 * The store of a guest's device: in this tab's `sessionStorage`, which a reload keeps and
 * closing the tab, or leaving quickly, ends.
 *
 * All of it is one item, and a write replaces the item: it takes effect as a whole, or,
 * when there is no room, not at all. What the item holds when a write resolves is what
 * the next page of this tab finds. It is not sealed, as its key would lie beside it.
 *
 * "Duplicate tab" copies `sessionStorage`. A copy is read and never written: the same
 * message keys would be used twice (`account/guest.ts` decides who has the copy).
 */

import { base64 } from "@scure/base"
import { type Put, type ScanOptions, StoreDamaged, StoreFull, type Vault } from "./vault"

/** The page of a duplicated tab shows what there is, and changes nothing. */
export class StoreIsCopy extends Error {
  constructor() {
    super("another tab works with this store")
    this.name = "StoreIsCopy"
  }
}

/** The page is leaving: nothing is stored any more. */
export class StoreClosed extends Error {
  constructor() {
    super("the store was closed")
    this.name = "StoreClosed"
  }
}

const ITEM = "mv-guest"

interface Stored {
  readonly writes: number
  /** [space, name, position, value in base64] */
  readonly entries: readonly (readonly [string, string, number, string])[]
}

interface Entry {
  readonly space: string
  readonly name: string
  readonly position: number
  readonly value: string
}

export class SessionVault implements Vault {
  private closed = false

  private constructor(
    private entries: ReadonlyMap<string, Entry>,
    private count: number,
    private readonly isCopy: boolean,
  ) {}

  /** The store of this tab, empty if there is none; `isCopy`: only to be read. Throws `StoreDamaged`. */
  static open(isCopy = false): SessionVault {
    const item = sessionStorage.getItem(ITEM)
    if (item === null) return new SessionVault(new Map(), 0, isCopy)
    const { entries, writes } = readItem(item)
    const known = entries.map(([space, name, position, value]) => ({ space, name, position, value }))
    return new SessionVault(new Map(known.map((entry) => [placeOf(entry), entry])), writes, isCopy)
  }

  /** Takes the store of this tab away. */
  static delete(): void {
    sessionStorage.removeItem(ITEM)
  }

  get writes(): number {
    return this.count
  }

  get(space: string, name = "", position = 0): Promise<Uint8Array | undefined> {
    const entry = this.entries.get(placeOf({ space, name, position }))
    return Promise.resolve(entry && base64.decode(entry.value))
  }

  scan(
    space: string,
    name: string,
    { after = -Infinity, before = Infinity, limit = Infinity, newestFirst = false }: ScanOptions = {},
  ): Promise<{ position: number; value: Uint8Array }[]> {
    const found = [...this.entries.values()]
      .filter((entry) => entry.space === space && entry.name === name)
      .filter(({ position }) => position > after && position < before)
      .sort((one, other) => (newestFirst ? other.position - one.position : one.position - other.position))
      .slice(0, limit)
    return Promise.resolve(found.map(({ position, value }) => ({ position, value: base64.decode(value) })))
  }

  names(space: string): Promise<string[]> {
    const found = [...this.entries.values()].filter((entry) => entry.space === space)
    return Promise.resolve([...new Set(found.map(({ name }) => name))].sort())
  }

  all(): Promise<Put[]> {
    const puts = Array.from(this.entries.values(), ({ value, ...place }) => ({ ...place, value: base64.decode(value) }))
    return Promise.resolve(puts)
  }

  /** As `Vault.write`; also throws `StoreIsCopy`, `StoreClosed`. */
  async write(puts: readonly Put[]): Promise<void> {
    await Promise.resolve(this.writeNow(puts))
  }

  raiseWrites(least: number): void {
    this.count = Math.max(this.count, least)
  }

  /** From here on nothing is stored: what was begun must not come back after a wipe. */
  close(): void {
    this.closed = true
  }

  private writeNow(puts: readonly Put[]): void {
    if (this.isCopy) throw new StoreIsCopy()
    if (this.closed) throw new StoreClosed()
    const changed = new Map(this.entries)
    for (const { space, name = "", position = 0, value } of puts) {
      const place = placeOf({ space, name, position })
      if (value === undefined) changed.delete(place)
      else changed.set(place, { space, name, position, value: base64.encode(value) })
    }
    const item: Stored = {
      writes: this.count + 1,
      entries: Array.from(changed.values(), ({ space, name, position, value }) => [space, name, position, value]),
    }
    try {
      sessionStorage.setItem(ITEM, JSON.stringify(item))
    } catch (error) {
      if (error instanceof DOMException && error.name === "QuotaExceededError") throw new StoreFull()
      throw error
    }
    this.entries = changed
    this.count += 1
  }
}

function placeOf({ space, name, position }: Omit<Entry, "value">): string {
  return JSON.stringify([space, name, position])
}

function readItem(item: string): Stored {
  try {
    return JSON.parse(item) as Stored
  } catch {
    throw new StoreDamaged("the tab")
  }
}
