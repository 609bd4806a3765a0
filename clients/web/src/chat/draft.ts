/** What one step is going to write: read back before it is stored, and stored all at once. */

import { readRecord } from "../account/stored"
import { type Shape, toJson } from "../protocol/shape"
import type { Put, Vault } from "../store/vault"

export class Draft {
  private readonly changes = new Map<string, Put>()

  constructor(readonly vault: Vault) {}

  put(...puts: readonly Put[]): void {
    for (const put of puts) this.changes.set(placeOf(put.space, put.name, put.position), put)
  }

  /** A record of `space`, as `account/stored` writes it. */
  save(space: string, record: unknown, name = "", position = 0): void {
    this.put({ space, name, position, value: new TextEncoder().encode(toJson(record)) })
  }

  delete(space: string, name = "", position = 0): void {
    this.put({ space, name, position, value: undefined })
  }

  /** The value at a place, as it will be. */
  async get(space: string, name = "", position = 0): Promise<Uint8Array | undefined> {
    const changed = this.changes.get(placeOf(space, name, position))
    return changed === undefined ? this.vault.get(space, name, position) : changed.value
  }

  async load<T>(shape: Shape<T>, space: string, name = "", position = 0): Promise<T | undefined> {
    const stored = await this.get(space, name, position)
    return stored === undefined ? undefined : readRecord(shape, space, stored)
  }

  /** Makes it durable; nothing of it is before this resolves. */
  async write(): Promise<void> {
    if (this.changes.size > 0) await this.vault.write([...this.changes.values()])
  }
}

function placeOf(space: string, name = "", position = 0): string {
  return `${space}\0${name}\0${position}`
}
