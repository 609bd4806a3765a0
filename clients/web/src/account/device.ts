/** This device, as everything on it needs it. */

import * as credentials from "../e2ee/formats/credential"
import type { Rng } from "../e2ee/formats/requests"
import { type CryptoEngine, EngineError } from "../e2ee/engine"
import { X25519_AES128GCM, XWING_AES128GCM } from "../e2ee/suites"
import { TsMlsEngine } from "../e2ee/tsmls"
import type { Vault } from "../store/vault"
import { DeviceLists } from "./device-lists"
import { ClientError } from "./errors"
import { deviceKey, type Identity, loadIdentity, putIdentity } from "./identity"
import { OneAtATime } from "./one-at-a-time"
import { CredentialCheck, type Leaf, OtherAccountKey } from "./trust"

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
    return new Device(vault, identity, await DeviceLists.open(vault, identity), now, random, suites)
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

  private readonly validate = (credential: Uint8Array, signatureKey: Uint8Array): Promise<boolean> => {
    if (this.check === undefined) throw new Error("credentials are judged within `checked` only")
    return this.check.accepts(credential, signatureKey)
  }
}

const strong: Rng = (length) => crypto.getRandomValues(new Uint8Array(length))
