/**
 * Giving the account another key: for when somebody may have got hold of this one.
 *
 * Whoever holds the account's key can add a device to the account. The next list of
 * devices is signed by a new key, and the old key signs that it takes over. The steps,
 * each of which a closed page may follow:
 *
 *     make     a new key, and a list of this device alone, signed by both: stored here
 *     publish  that list; the same one until the server has answered
 *     forget   the backup, since recovery words open the old key, on the server
 *     adopt    the new key, here
 *
 * Until the server has taken the list the old key is in force, and afterwards the new
 * one, which was stored before: at no time is the account without a key that it has.
 * Whatever was begun is finished before this device does anything else with its account.
 *
 * Other devices of the account go off the list. They hold the old key, and whoever made
 * this necessary may hold one of them, so none is sent the new key: the person adds
 * them again, by the pairing that compares digits.
 */

import * as lists from "../e2ee/formats/device-list"
import { signatureKeyPair } from "../e2ee/formats/ed25519"
import { Accounts } from "../protocol/accounts"
import { Refused } from "../protocol/errors"
import type { Device } from "./device"
import { MAX_PUBLISH_ATTEMPTS, newestList } from "./enrol"
import { ClientError } from "./errors"
import { accountKey } from "./identity"
import { idBytes } from "./ids"
import { OneAtATime } from "./one-at-a-time"
import { publishSurely } from "./publishing"

export class Rotation {
  private readonly works = new OneAtATime()

  constructor(
    private readonly device: Device,
    /** Lets the server forget the backup, if there is one. */
    private readonly forgetBackup: () => Promise<void>,
  ) {}

  /**
   * Puts a new key in force; what was begun before is finished instead. Throws
   * `ClientError` (`not_your_device`: this device is off the list; `untrusted_server`),
   * `Refused`, `NotConnected`: not done; it goes on by itself later, unless refused.
   */
  rotate(): Promise<void> {
    return this.works.run(async () => {
      if (this.device.rotating === undefined) await this.make(this.device.random(32))
      await this.finish()
    })
  }

  /** Finishes what was begun, if anything was. Throws `NotConnected`, `Refused` by the server's fault. */
  finishBegun(): Promise<void> {
    return this.works.run(async () => {
      if (this.device.rotating === undefined) return
      try {
        await this.finish()
      } catch (error) {
        // What was refused is dropped, and the key so far stays.
        const isOver = error instanceof ClientError || (error instanceof Refused && error.fault !== "server")
        if (!isOver) throw error
      }
    })
  }

  /** Signs the list that puts a key in force, and stores both. */
  private async make(accountPrivate: Uint8Array): Promise<void> {
    const { identity } = this.device
    const old = accountKey(identity)
    const known = this.device.lists.newest(identity.account)
    const newest = await newestList(new Accounts(identity.origin), identity.account, old.public, known)
    const own = lists.find(newest, idBytes(identity.device))
    if (own === undefined) {
      throw new ClientError("client.not_your_device", "this device is not on the account's list any more")
    }
    const signed = lists.signNext(signatureKeyPair(accountPrivate), newest, [own], old)
    await this.device.rotateTo({ accountPrivate, deviceList: lists.encode(signed) })
  }

  private async finish(): Promise<void> {
    await this.publish()
    await this.forgetBackup()
    await this.device.adoptAccountKey()
  }

  /** Has the server take the list. */
  private async publish(): Promise<void> {
    const { identity } = this.device
    for (let attempt = 0; ; attempt++) {
      const { rotating } = this.device
      if (rotating === undefined) throw new ClientError("client.untrusted_server", "there is no key to put in force")
      try {
        const request = { account: identity.account, device_list: rotating.deviceList, added: [] }
        await publishSurely(new Accounts(identity.origin), request)
        return
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        if (error.code === "conflict" && attempt < MAX_PUBLISH_ATTEMPTS) {
          // Another list has its number, so this one was never in force.
          await this.make(rotating.accountPrivate)
          continue
        }
        if (error.code !== "conflict" && error.fault !== "server") await this.device.rotateTo(undefined)
        throw error
      }
    }
  }
}
