/**
 * The device's durable store: values at places, written all at once or not at all.
 *
 * A place is (space, name, position), as in the Python client's vault. An account's store
 * is in IndexedDB and sealed; a guest's is another one (`session-vault.ts`). IndexedDB sees
 * the places and sealed octets; what a value says is behind the store key.
 *
 * Every `write` is one transaction that is on the disk when the promise resolves
 * (`durability: "strict"`; the default of current engines is less). A transaction ends
 * by itself when anything but IndexedDB is waited for, so all is sealed before it
 * begins. That is safe because one page at a time writes (`device-lock.ts`). A write looks,
 * in its own transaction, whether the last one was this page's: a page that comes after one
 * that was closed in the middle of a write either sees all of that or fails, and what a
 * closed page had not begun to put is never put.
 */

import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from "idb"

type Place = [space: string, name: string, position: number]

interface Schema extends DBSchema {
  entries: { key: Place; value: Uint8Array<ArrayBuffer> }
}

export interface Put {
  readonly space: string
  readonly name?: string
  readonly position?: number
  /** Undefined takes the value away. */
  readonly value: Uint8Array | undefined
}

export interface ScanOptions {
  /** Only positions above. */
  readonly after?: number
  /** Only positions below. */
  readonly before?: number
  readonly limit?: number
  readonly newestFirst?: boolean
}

/** A stored value does not open: another key, or damage. */
export class StoreDamaged extends Error {
  constructor(space: string) {
    super(`a stored value of ${space} does not open`)
    this.name = "StoreDamaged"
  }
}

/** The browser could not store: usually there is no room left. */
export class StoreFull extends Error {
  constructor() {
    super("the browser has no room to store this")
    this.name = "StoreFull"
  }
}

/** Another page has written meanwhile: what this one holds in memory is not what is stored. */
export class StoreMoved extends Error {
  constructor() {
    super("another page has written to this store")
    this.name = "StoreMoved"
  }
}

const NONCE_BYTES = 12
const COUNTER: Place = ["meta", "writes", 0]
const VERSION = 1

export interface Vault {
  /** How many transactions there were; an older copy of the store has fewer. */
  readonly writes: number
  get(space: string, name?: string, position?: number): Promise<Uint8Array | undefined>
  /** The values of (space, name) in the order of their positions. */
  scan(space: string, name: string, options?: ScanOptions): Promise<{ position: number; value: Uint8Array }[]>
  /** Every name in a space that has a value. */
  names(space: string): Promise<string[]>
  /** Everything there is: what a store that follows on this one begins with. */
  all(): Promise<Put[]>
  /** Does all of it, durably, or nothing; one write after another. Throws `StoreFull`. */
  write(puts: readonly Put[]): Promise<void>
  /** Counts from at least here on: an older copy that was noticed goes on. */
  raiseWrites(least: number): void
  close(): void
}

/** The store of an account's device. */
export const Vault = {
  /** Opens the store `name`, sealed by `key` (AES-GCM, 256 bits). Throws `StoreDamaged`. */
  open: (name: string, key: CryptoKey): Promise<Vault> => IndexedVault.open(name, key),
  delete: (name: string): Promise<void> => deleteDB(name),
}

class IndexedVault implements Vault {
  private last: Promise<unknown> = Promise.resolve()

  private constructor(
    private readonly database: IDBPDatabase<Schema>,
    private readonly key: CryptoKey,
    private count: number,
    /** The count as it is stored, sealed: no two writes leave the same octets. */
    private mark: Uint8Array | undefined,
  ) {}

  static async open(name: string, key: CryptoKey): Promise<IndexedVault> {
    const database = await openDB<Schema>(name, VERSION, {
      upgrade(upgraded) {
        upgraded.createObjectStore("entries")
      },
      // Another page deletes or upgrades the store: staying open would block it.
      blocking(_current, _blocked, event) {
        ;(event.target as IDBDatabase).close()
      },
    })
    const vault = new IndexedVault(database, key, 0, await database.get("entries", COUNTER))
    const count = vault.mark && (await vault.unseal(COUNTER, new Uint8Array(vault.mark)))
    vault.count = count === undefined ? 0 : Number(new DataView(count.buffer, count.byteOffset).getBigUint64(0))
    return vault
  }

  get writes(): number {
    return this.count
  }

  async get(space: string, name = "", position = 0): Promise<Uint8Array | undefined> {
    const place: Place = [space, name, position]
    const sealed = await this.database.get("entries", place)
    return sealed === undefined ? undefined : this.unseal(place, sealed)
  }

  async scan(
    space: string,
    name: string,
    options: ScanOptions = {},
  ): Promise<{ position: number; value: Uint8Array }[]> {
    const range = IDBKeyRange.bound(
      [space, name, options.after ?? -Infinity],
      [space, name, options.before ?? Infinity],
      options.after !== undefined,
      options.before !== undefined,
    )
    const found: { place: Place; sealed: Uint8Array<ArrayBuffer> }[] = []
    const direction = options.newestFirst === true ? "prev" : "next"
    let cursor = await this.database.transaction("entries").store.openCursor(range, direction)
    while (cursor !== null && found.length < (options.limit ?? Infinity)) {
      found.push({ place: cursor.key, sealed: cursor.value })
      cursor = await cursor.continue()
    }
    return Promise.all(
      found.map(async ({ place, sealed }) => ({ position: place[2], value: await this.unseal(place, sealed) })),
    )
  }

  async names(space: string): Promise<string[]> {
    const found: string[] = []
    const { store } = this.database.transaction("entries")
    let cursor = await store.openKeyCursor(IDBKeyRange.bound([space], [space, []]))
    while (cursor !== null) {
      const name = cursor.key[1]
      found.push(name)
      cursor = await cursor.continue([space, name, Infinity])
    }
    return found
  }

  write(puts: readonly Put[]): Promise<void> {
    const written = this.last.then(() => this.writeNow(puts))
    this.last = written.catch(() => undefined)
    return written
  }

  private async writeNow(puts: readonly Put[]): Promise<void> {
    const count = this.count + 1
    const counter = new Uint8Array(8)
    new DataView(counter.buffer).setBigUint64(0, BigInt(count))
    const sealed = await Promise.all(
      [...puts, { space: "meta", name: "writes", value: counter }].map(async (put) => {
        const place: Place = [put.space, put.name ?? "", put.position ?? 0]
        return { place, value: put.value === undefined ? undefined : await this.seal(place, put.value) }
      }),
    )
    try {
      const transaction = this.database.transaction("entries", "readwrite", { durability: "strict" })
      if (!isSame(await transaction.store.get(COUNTER), this.mark)) {
        transaction.done.catch(() => undefined)
        transaction.abort()
        throw new StoreMoved()
      }
      const changes = sealed.map(({ place, value }) =>
        value === undefined ? transaction.store.delete(place) : transaction.store.put(value, place),
      )
      await Promise.all([...changes, transaction.done])
    } catch (error) {
      if (error instanceof DOMException && error.name === "QuotaExceededError") throw new StoreFull()
      throw error
    }
    this.count = count
    this.mark = sealed.at(-1)?.value
  }

  async all(): Promise<Put[]> {
    const { store } = this.database.transaction("entries")
    const [places, sealed] = await Promise.all([store.getAllKeys(), store.getAll()])
    const puts = places.map(async (place, index): Promise<Put> => {
      const [space, name, position] = place
      return { space, name, position, value: await this.unseal(place, sealed[index] ?? new Uint8Array()) }
    })
    return (await Promise.all(puts)).filter(({ space }) => space !== COUNTER[0])
  }

  raiseWrites(least: number): void {
    this.count = Math.max(this.count, least)
  }

  close(): void {
    this.database.close()
  }

  private async seal(place: Place, value: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
    const plain = new Uint8Array(value)
    const body = await crypto.subtle.encrypt(aesGcm(nonce, place), this.key, plain)
    const sealed = new Uint8Array(NONCE_BYTES + body.byteLength)
    sealed.set(nonce)
    sealed.set(new Uint8Array(body), NONCE_BYTES)
    return sealed
  }

  private async unseal(place: Place, sealed: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    const nonce = sealed.slice(0, NONCE_BYTES)
    try {
      const body = sealed.subarray(NONCE_BYTES)
      return new Uint8Array(await crypto.subtle.decrypt(aesGcm(nonce, place), this.key, body))
    } catch {
      throw new StoreDamaged(place[0])
    }
  }
}

function isSame(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  return one.length === other.length && one.every((octet, place) => octet === other[place])
}

/** The place is authenticated too: a value that was moved does not open. */
function aesGcm(nonce: Uint8Array<ArrayBuffer>, place: Place): AesGcmParams {
  return { name: "AES-GCM", iv: nonce, additionalData: new TextEncoder().encode(place.join("\0")) }
}
