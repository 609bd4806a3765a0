/** This device, as everything on it needs it. */

import * as credentials from "../e2ee/formats/credential"
import * as lists from "../e2ee/formats/device-list"
import type { DeviceList } from "../e2ee/formats/device-list"
import type { Rng } from "../e2ee/formats/requests"
import { type CryptoEngine, EngineError } from "../e2ee/engine"
import { X25519_AES128GCM, XWING_AES128GCM } from "../e2ee/suites"
import { TsMlsEngine } from "../e2ee/tsmls"
import { equal } from "../e2ee/octets"
import * as s from "../protocol/shape"
import type { Vault } from "../store/vault"
import { DeviceLists } from "./device-lists"
import { ClientError } from "./errors"
import { accountKey, deviceKey, type Identity, loadIdentity, putIdentity, signsList } from "./identity"
import { OneAtATime } from "./one-at-a-time"
import { getRecord, putRecord } from "./stored"
import { contact, CredentialCheck, type Leaf, OtherAccountKey, putContact } from "./trust"

const ROTATION = "rotation"

/** A change of the account's key that was begun. */
const PendingRotation = s.struct({
  /** The new key. */
  accountPrivate: s.octets,
  /** The list that puts it in force, signed by both keys. */
  deviceList: s.octets,
})
export type PendingRotation = s.Of<typeof PendingRotation>

/** What a device offers, best first. */
export const SUITES: readonly number[] = [XWING_AES128GCM, X25519_AES128GCM]

export interface Chances {
  /** Unix milliseconds. */
  readonly now?: () => number
  readonly random?: Rng
  readonly suites?: readonly number[]
}

export class Device {
  private readonly engine: TsMlsEngine
  private check: CredentialCheck | undefined
  private readonly operations = new OneAtATime()
  private readonly changes = new OneAtATime()

  private constructor(
    readonly vault: Vault,
    private own: Identity,
    readonly lists: DeviceLists,
    private pending: PendingRotation | undefined,
    /** Unix milliseconds. */
    readonly now: () => number,
    readonly random: Rng,
    readonly suites: readonly number[],
  ) {
    const key = deviceKey(own)
    // Asked for whenever it is used: a credential is renewed while the device runs.
    const credential = () => this.own.credential
    this.engine = new TsMlsEngine(
      {
        get identity() {
          return credential()
        },
        signaturePrivate: key.private,
        signaturePublic: key.public,
      },
      { validateCredential: this.validate, clientOf: credentials.clientOf, now: () => this.nowSeconds() },
    )
  }

  /** The registered device of a vault. `client.profile_missing`. */
  static async open(vault: Vault, { now = Date.now, random = strong, suites = SUITES }: Chances = {}): Promise<Device> {
    const identity = await loadIdentity(vault)
    if (identity?.registered !== true) {
      throw new ClientError("client.profile_missing", "registration was not finished: register again")
    }
    const pending = await getRecord(vault, PendingRotation, ROTATION)
    return new Device(vault, identity, await DeviceLists.open(vault, identity), pending, now, random, suites)
  }

  get identity(): Identity {
    return this.own
  }

  /** Its account and device. */
  get leaf(): Leaf {
    return { account: this.own.account, device: this.own.device }
  }

  /** Whether this is the device of somebody without an account. */
  get isGuest(): boolean {
    return credentials.decode(this.own.credential).kind === "guest"
  }

  nowSeconds(): number {
    return Math.floor(this.now() / 1000)
  }

  /**
   * One operation of the engine, under a check of credentials as of this moment. What
   * `check.puts()` gives is written before `run` ends, in the transaction of the state
   * that relied on it.
   *
   * One at a time on the whole device: two operations that meet an account for the first
   * time, under two keys, would both pass. So nothing in `run` may wait for the network,
   * nor for another `checked`. Throws `OtherAccountKey` where that is why the engine refused.
   */
  checked<T>(run: (engine: CryptoEngine, check: CredentialCheck) => Promise<T>): Promise<T> {
    return this.operations.run(async () => {
      const check = new CredentialCheck(this.vault, this.own, this.nowSeconds())
      this.check = check
      try {
        return await run(this.engine, check)
      } catch (error) {
        throw error instanceof EngineError && check.refusal instanceof OtherAccountKey ? check.refusal : error
      } finally {
        check.end()
        this.check = undefined
      }
    })
  }

  /** Stores a change of what this device is: a later credential, further keys of the service. */
  become(change: Partial<Pick<Identity, "credential" | "asKeys">>): Promise<void> {
    return this.changes.run(async () => {
      const changed = { ...this.own, ...change }
      await this.vault.write([putIdentity(changed)])
      this.own = changed
    })
  }

  /** A change of the account's key that was begun (`rotation`). */
  get rotating(): PendingRotation | undefined {
    return this.pending
  }

  /** Stores the key that is to be put in force; undefined drops it. */
  rotateTo(pending: PendingRotation | undefined): Promise<void> {
    return this.changes.run(async () => {
      await this.vault.write([
        pending === undefined ? { space: ROTATION, value: undefined } : putRecord(ROTATION, pending),
      ])
      this.pending = pending
    })
  }

  /** Goes on with the key that was put in force. There is no backup from here on. */
  adoptAccountKey(): Promise<void> {
    return this.checked(() =>
      this.changes.run(async () => {
        const { pending, own } = this
        if (pending === undefined) return
        const listed = lists.decode(pending.deviceList)
        const before = accountKey(own).public
        const earlierKeys = [...own.earlierKeys, { public: before, until: Number(listed.counter) }]
        const changed = { ...own, accountPrivate: pending.accountPrivate, earlierKeys }
        const met = await contact(this.vault, own.account)
        const known = met && { ...met, accountPublic: listed.accountPublic, earlier: [...met.earlier, before] }
        await this.lists.keep(own.account, listed, [
          putIdentity(changed),
          ...(known === undefined ? [] : [putContact(known)]),
          { space: ROTATION, value: undefined },
          { space: "backup", value: undefined },
          { space: "first_backup", value: undefined },
        ])
        this.own = changed
        this.pending = undefined
        this.lists.confirm(own.account)
      }),
    )
  }

  /**
   * Whether a list is signed with the key that the account had at its number. That of a new
   * key may be in force before this device has heard so.
   */
  signsList(list: DeviceList): boolean {
    if (this.pending !== undefined && equal(this.pending.deviceList, lists.encode(list))) return true
    return signsList(this.own, list)
  }

  private readonly validate = (credential: Uint8Array, signatureKey: Uint8Array): Promise<boolean> => {
    if (this.check === undefined) throw new Error("credentials are judged within `checked` only")
    return this.check.accepts(credential, signatureKey)
  }
}

const strong: Rng = (length) => crypto.getRandomValues(new Uint8Array(length))
