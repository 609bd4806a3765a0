/**
 * KeyPackages: what lets others add this device while it is away.
 *
 * For each suite the server keeps a pool and gives each package out once; one package of
 * last resort is given out when the pool is empty. Private halves are stored before the
 * public ones leave, and deleted in the transaction that joins a group with them: who
 * takes the device later cannot open a Welcome recorded earlier (RFC 9420 §16.8).
 */

import { bytesToHex } from "@noble/hashes/utils.js"
import type { OwnKeyPackage } from "../e2ee/engine"
import type { Commands, KeysRemaining, SuitePool } from "../protocol/events"
import * as s from "../protocol/shape"
import type { Put } from "../store/vault"
import type { Device } from "./device"
import { OneAtATime } from "./one-at-a-time"
import { allRecords, getRecord, putRecord } from "./stored"

/** Packages that the server should hold for each suite. */
export const POOL = 50
const REFILL_AT = 20
/** A guest is let into few conversations, and all that it has is in its tab. */
const GUEST_POOL = 2
const GUEST_REFILL_AT = 1
const MAX_PER_UPLOAD = 12
/** Per suite and refill: a server that never counts up is not fed for ever. */
const MAX_UPLOADS = 8
const LIFETIME_MS = 30 * 86_400_000
const KEPT_AFTER_EXPIRY_MS = 3_600_000
const SPACE = "key_package"

const Stored = s.struct({
  suite: s.integer,
  ref: s.octets,
  lastResort: s.flag,
  message: s.octets,
  initPrivate: s.octets,
  encryptionPrivate: s.octets,
  madeAtMs: s.integer,
})

/** How the server is asked: `Connection.call`. */
export type Call = <Name extends keyof Commands>(
  name: Name,
  payload: Commands[Name]["payload"],
) => Promise<Commands[Name]["answer"]>

/** What a Welcome is opened with, and what is written together with the group that it opened. */
export interface Private {
  readonly keyPackages: readonly OwnKeyPackage[]
  /** Deletes what is used up; the last resort stays for the next one. */
  readonly puts: readonly Put[]
}

export class KeyPool {
  private readonly pool: number
  private readonly refillAt: number
  private readonly refills = new OneAtATime()

  constructor(
    private readonly device: Device,
    private readonly call: Call,
  ) {
    this.pool = device.isGuest ? GUEST_POOL : POOL
    this.refillAt = device.isGuest ? GUEST_REFILL_AT : REFILL_AT
  }

  /**
   * Brings the server's pools up to `pool`, and gives each a last resort. The best suite
   * comes first, so that nobody is offered only a weaker one. An upload whose answer was
   * lost is not repeated: counting again tells. Throws `NotConnected`, `Refused`.
   */
  refill(): Promise<void> {
    return this.refills.run(async () => {
      const count = await this.call("keys.count", {})
      for (const suite of this.device.suites) {
        const pool = poolOf(count, suite)
        if (pool.remaining > this.refillAt && pool.has_last_resort) continue
        await this.forgetExpired()
        await this.fill(pool)
      }
    })
  }

  /** Our packages among those that a Welcome names. Throws `EngineError`. */
  async privateFor(welcome: Uint8Array): Promise<Private> {
    const refs = await this.device.checked((engine) => engine.addressees(welcome))
    const found = await Promise.all(refs.map((ref) => getRecord(this.device.vault, Stored, SPACE, bytesToHex(ref))))
    const keyPackages = found.filter((kept) => kept !== undefined)
    const spent = keyPackages.filter(({ lastResort }) => !lastResort)
    return { keyPackages, puts: spent.map(forget) }
  }

  private async fill(wanted: SuitePool): Promise<void> {
    let pool = wanted
    for (let upload = 0; upload < MAX_UPLOADS; upload++) {
      if (pool.remaining >= this.pool && pool.has_last_resort) return
      const missing = Math.max(0, Math.min(this.pool - pool.remaining, MAX_PER_UPLOAD))
      const packages = await this.make(pool.suite, missing, false)
      const [lastResort] = pool.has_last_resort ? [] : await this.make(pool.suite, 1, true)
      const payload = { packages, last_resort: lastResort ?? null }
      pool = poolOf(await this.call("keys.publish", payload), pool.suite)
    }
  }

  /** Fresh packages to publish; their private halves are stored. */
  private async make(suite: number, count: number, lastResort: boolean): Promise<Uint8Array[]> {
    const made = await this.device.checked((engine) => engine.keyPackages(suite, count, lastResort))
    const madeAtMs = this.device.now()
    await this.device.vault.write(made.map((each) => putRecord(SPACE, { ...each, madeAtMs }, bytesToHex(each.ref))))
    return made.map(({ message }) => message)
  }

  /** Deletes the private halves of packages that nobody can use any more. */
  private async forgetExpired(): Promise<void> {
    const oldestMs = this.device.now() - LIFETIME_MS - KEPT_AFTER_EXPIRY_MS
    const stored = await allRecords(this.device.vault, Stored, SPACE)
    const expired = stored.filter(({ madeAtMs }) => madeAtMs < oldestMs)
    if (expired.length > 0) await this.device.vault.write(expired.map(forget))
  }
}

function forget(kept: Pick<OwnKeyPackage, "ref">): Put {
  return { space: SPACE, name: bytesToHex(kept.ref), value: undefined }
}

function poolOf(count: KeysRemaining, suite: number): SuitePool {
  return count.pools.find((pool) => pool.suite === suite) ?? { suite, remaining: 0, has_last_resort: false }
}
