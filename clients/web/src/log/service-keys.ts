/**
 * The authentication service's keys as they change: followed where that is proven.
 *
 * A device credential counts if a key of the service signed it that this device accepts.
 * The first ones were pinned when the account was made. A later one is accepted when the
 * keys before it introduce it, signature by signature, and the transparency log records
 * it, where everybody looks. Whoever holds the server could otherwise give one person
 * devices under a key of which nobody else knows.
 *
 * A server has a new key from a start on, which ends all connections. So the keys are
 * looked at after each connect, before any message is read: a device that the new key
 * vouches for is never met first.
 */

import type { Device } from "../account/device"
import { ClientError } from "../account/errors"
import { serverInfo } from "../account/register"
import * as asKeys from "../e2ee/formats/as-keys"
import type { AsKeys } from "../e2ee/formats/credential"
import { FormatError } from "../e2ee/formats/errors"
import { keyOf } from "../e2ee/octets"
import type { ServerInfo } from "../protocol/events"
import type { Alarms } from "./alarms"
import type { Watch } from "./watch"

export class ServiceKeys {
  constructor(
    private readonly device: Device,
    private readonly watch: Watch,
    private readonly alarms: Alarms,
  ) {}

  /**
   * Looks at the server's keys, and accepts those that are proven. What is not proven is
   * not accepted and told to the person; nothing is thrown for it, since whoever was
   * known before can still be written to. Throws `Refused`, `NotConnected`.
   */
  async follow(): Promise<void> {
    try {
      const info = await serverInfo(this.device.identity.origin)
      const accepted = this.accepted
      if ([...info.as_keys.values()].every((key) => accepted.has(keyOf(key)))) return
      await this.watch.look()
      await this.take(info)
    } catch (error) {
      if (!(error instanceof ClientError)) throw error
    }
  }

  /** Holds what is accepted against the log, which was read to its end. Throws as `follow`. */
  async compare(): Promise<void> {
    if ([...this.watch.loggedAsKeys].some((key) => !this.accepted.has(key))) await this.follow()
    const [logged, accepted] = [this.watch.loggedAsKeys, this.accepted]
    const differing = [...logged, ...accepted].filter((key) => !logged.has(key) || !accepted.has(key))
    for (const key of differing.sort()) await this.alarms.tell("service_key", "", key)
  }

  /** Public keys that are accepted, by hex text. */
  private get accepted(): ReadonlySet<string> {
    return new Set(Array.from(this.device.identity.asKeys.values(), keyOf))
  }

  private async take(info: ServerInfo): Promise<void> {
    let followed: AsKeys
    try {
      followed = this.following(info.as_succession)
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      return this.alarms.tell("service_key", "", error.code)
    }
    const [logged, accepted] = [this.watch.loggedAsKeys, this.accepted]
    const missing = Array.from(followed.values(), keyOf).filter((key) => !accepted.has(key) && !logged.has(key))
    const [first] = missing.sort()
    if (first !== undefined) return this.alarms.tell("service_key", "", first)
    await this.device.become({ asKeys: new Map([...this.device.identity.asKeys, ...followed]) })
  }

  /** The newest accepted key and those that it leads to. `mls.decode`, `mls.credential_rejected.unknown_key`. */
  private following(shown: readonly Uint8Array[]): AsKeys {
    const keys = shown.map(asKeys.decode)
    const newest = keys.findLast((key) => this.accepted.has(keyOf(key.public)))
    return asKeys.acceptedAsKeys(newest?.public ?? new Uint8Array(), keys)
  }
}
