/**
 * The store key of the device in this browser: kept unwrapped, wrapped, or both.
 *
 * Unwrapped it is a CryptoKey that scripts can use and not read. "Lock" deletes that
 * one; a passkey's PRF or a passphrase then unwraps another. A script of this origin
 * can use the key while it is there: sealing protects a copied profile, not a page that
 * runs somebody else's code.
 */

import { type DBSchema, type IDBPDatabase, openDB } from "idb"

export interface Wrapped {
  readonly kind: "passkey" | "passphrase"
  /** Which passkey, or nothing. */
  readonly id: string
  /** What derives the wrapping key again; public. */
  readonly salt: Uint8Array<ArrayBuffer>
  readonly nonce: Uint8Array<ArrayBuffer>
  readonly sealed: Uint8Array<ArrayBuffer>
}

/** The device that this browser is; one per origin. */
export interface DeviceRecord {
  /** Empty until it is sealed: it may be registered already. */
  readonly device: string
  readonly account: string
  readonly handle: string
  /** Name of its `Vault`. */
  readonly vault: string
  /** Undefined while locked. */
  readonly storeKey: CryptoKey | undefined
  readonly wrapped: readonly Wrapped[]
}

interface Schema extends DBSchema {
  devices: { key: "own"; value: DeviceRecord }
}

/** The secret does not unwrap the key. */
export class WrongSecret extends Error {
  constructor() {
    super("this does not unlock the device")
    this.name = "WrongSecret"
  }
}

const NAME = "mv-device"
const AES = { name: "AES-GCM", length: 256 } as const

export class Keyring {
  private constructor(private readonly database: IDBPDatabase<Schema>) {}

  static async open(): Promise<Keyring> {
    return new Keyring(
      await openDB<Schema>(NAME, 1, {
        upgrade(upgraded) {
          upgraded.createObjectStore("devices")
        },
        blocking(_current, _blocked, event) {
          ;(event.target as IDBDatabase).close()
        },
      }),
    )
  }

  own(): Promise<DeviceRecord | undefined> {
    return this.database.get("devices", "own")
  }

  async save(record: DeviceRecord): Promise<void> {
    const transaction = this.database.transaction("devices", "readwrite", { durability: "strict" })
    await Promise.all([transaction.store.put(record, "own"), transaction.done])
  }

  /** Leaves only what a passkey or a passphrase opens again; what neither opens stays as it is. */
  async lock(): Promise<void> {
    const record = await this.own()
    if (record !== undefined && record.wrapped.length > 0) await this.save({ ...record, storeKey: undefined })
  }

  /** Takes the record away: what is sealed can never be opened again. */
  async forget(): Promise<void> {
    const transaction = this.database.transaction("devices", "readwrite", { durability: "strict" })
    await Promise.all([transaction.store.delete("own"), transaction.done])
  }

  /**
   * Locks, or forgets, in the very task of the caller, whose page is about to be gone:
   * the browser finishes what was committed here.
   */
  endAtOnce(record: DeviceRecord, kind: "lock" | "wipe"): void {
    if (kind === "lock" && record.wrapped.length === 0) return
    const transaction = this.database.transaction("devices", "readwrite", { durability: "strict" })
    const ended =
      kind === "lock"
        ? transaction.store.put({ ...record, storeKey: undefined }, "own")
        : transaction.store.delete("own")
    for (const left of [ended, transaction.done]) left.catch(() => undefined)
    transaction.commit()
  }

  close(): void {
    this.database.close()
  }
}

/** A fresh store key: to be used, and as octets to be wrapped and then forgotten. */
export async function newStoreKey(): Promise<{ key: CryptoKey; octets: Uint8Array<ArrayBuffer> }> {
  const octets = crypto.getRandomValues(new Uint8Array(32))
  return { key: await usable(octets), octets }
}

/** Wraps a store key under 32 octets that a passkey or a passphrase gave. */
export async function wrap(
  octets: Uint8Array<ArrayBuffer>,
  secret: Uint8Array<ArrayBuffer>,
  how: Pick<Wrapped, "kind" | "id" | "salt">,
): Promise<Wrapped> {
  const nonce = crypto.getRandomValues(new Uint8Array(12))
  const key = await wrappingKey(secret, how)
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, octets)
  return { ...how, nonce, sealed: new Uint8Array(sealed) }
}

/** The store key of a slot. Throws `WrongSecret`. */
export async function unwrap(
  slot: Wrapped,
  secret: Uint8Array<ArrayBuffer>,
): Promise<{ key: CryptoKey; octets: Uint8Array<ArrayBuffer> }> {
  const key = await wrappingKey(secret, slot)
  try {
    const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv: slot.nonce }, key, slot.sealed)
    const octets = new Uint8Array(opened)
    return { key: await usable(octets), octets }
  } catch {
    throw new WrongSecret()
  }
}

function usable(octets: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", octets, AES, false, ["encrypt", "decrypt"])
}

async function wrappingKey(
  secret: Uint8Array<ArrayBuffer>,
  how: Pick<Wrapped, "kind" | "id" | "salt">,
): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"])
  const info = new TextEncoder().encode(`mv-device-store-v1 ${how.kind} ${how.id}`)
  return crypto.subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt: how.salt, info }, base, AES, false, [
    "encrypt",
    "decrypt",
  ])
}
