/** The devices of one's own account: which there are, adding one, revoking one. */

import * as lists from "../e2ee/formats/device-list"
import type { DeviceList, ListedDevice } from "../e2ee/formats/device-list"
import * as pairing from "../e2ee/formats/pairing"
import { parseInvitation } from "../e2ee/formats/pairing-messages"
import { Accounts } from "../protocol/accounts"
import { NotConnected, Refused } from "../protocol/errors"
import type { AddedDevice, DevicesPublished } from "../protocol/events"
import type { Device } from "./device"
import { MAX_PUBLISH_ATTEMPTS, newestList, signedCredential } from "./enrol"
import { ClientError } from "./errors"
import { accountKey } from "./identity"
import { idBytes, idText } from "./ids"
import { gather } from "./kept"
import { ANSWER, GRANT, Mailbox, OFFER, REVEAL } from "./mailbox"
import { oneCause } from "./pairing"
import { publishSurely } from "./publishing"
import type { Rotation } from "./rotation"

/** How long a new device waits for the history; invitations last ten minutes. */
const ARCHIVE_MS = 120_000

/** A device of this account. */
export interface OwnDevice {
  readonly device: string
  /** By the clock of the device that added it, Unix seconds. */
  readonly addedAt: number
  readonly current: boolean
}

export class Devices {
  constructor(
    private readonly device: Device,
    /** Brings groups in line with a list that was just published. */
    private readonly changed: () => void,
    /** Archives the history, so that a new device can read it. */
    private readonly archive: () => Promise<void>,
    /** Changes the account's key. */
    private readonly rotation: Rotation,
  ) {}

  /** The account's devices as this one knows them, the oldest first. */
  list(): OwnDevice[] {
    return this.known()
      .devices.map((each) => this.shown(each))
      .sort((one, other) => one.addedAt - other.addedAt || (one.device < other.device ? -1 : 1))
  }

  /**
   * Adds the device that shows this invitation to the account. `askCode` is called once
   * the devices have met; the digits that it gives are tried once, and wrong ones end the
   * pairing. Throws `ClientError` (`pairing_failed`): the devices did not come together,
   * nothing was added; `Refused` as when there are eight devices; `NotConnected`.
   */
  async approve(invitation: string, askCode: () => Promise<string>, signal: AbortSignal): Promise<OwnDevice> {
    await this.rotation.finishBegun()
    const { identity, random } = this.device
    const account = { accountId: idBytes(identity.account), accountPublic: accountKey(identity).public }
    const [mailbox, approved] = await oneCause(async () => {
      const read = parseInvitation(invitation)
      const box = new Mailbox(identity.origin, idText(read.mailbox), signal)
      const old = pairing.answer(read, await box.get(OFFER), account, random)
      await box.put(ANSWER, old.message)
      const compared = pairing.compare(old, await box.get(REVEAL))
      return [box, pairing.approve(compared, await askCode())] as const
    })
    await this.archiveInTime()
    const listed = {
      deviceId: approved.offer.deviceId,
      signatureKey: approved.offer.signatureKey,
      addedAt: BigInt(this.device.nowSeconds()),
    }
    const credential = await this.add(listed)
    await this.grant(mailbox, approved, credential)
    this.changed()
    return this.shown(listed)
  }

  /**
   * Takes a device out of the account for good: it can read nothing that follows. Returns
   * when the account's list is published; the groups follow as their members hear of it.
   * The device one is at only if `evenThis` is set. Throws `ClientError`
   * (`not_your_device`): no such device, the only one, or this one; `Refused`,
   * `NotConnected`: it was not published.
   */
  async revoke(device: string, evenThis = false): Promise<void> {
    const isThis = device === this.device.identity.device
    if (isThis && !evenThis) throw notYours("this is the device you are at")
    await this.publish((before) => {
      if (lists.find(before, idBytes(device)) === undefined) throw notYours("the account has no such device")
      if (before.devices.length === 1) throw notYours("the only device of an account cannot be revoked")
      return before.devices.filter(({ deviceId }) => idText(deviceId) !== device)
    })
    if (!isThis) this.changed()
  }

  /**
   * Gives the account another key, when somebody may have got hold of this one. This device
   * goes on with it. The account's other devices are out and have to be added again;
   * recovery words open nothing any more, and new ones have to be made. Contacts are told
   * that the safety number has changed, and whoever had compared it sends nothing before
   * they decide. Throws `ClientError`, `Refused`: the key has not changed; `NotConnected`:
   * not known whether it has. It goes on by itself with the next connection.
   */
  async rotateAccountKey(): Promise<void> {
    await this.rotation.rotate()
    this.changed()
  }

  /** What the server does not take now, or takes too long for, the new device goes without. */
  private async archiveInTime(): Promise<void> {
    const late = new AbortController()
    try {
      const tooLong = new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ARCHIVE_MS)
        late.signal.addEventListener("abort", () => clearTimeout(timer))
      })
      await Promise.race([this.archive(), tooLong])
    } catch (error) {
      if (!(error instanceof Refused || error instanceof NotConnected)) throw error
    } finally {
      late.abort()
    }
  }

  /** Gives the new device what it needs; takes it off the list if that fails. */
  private async grant(mailbox: Mailbox, approved: pairing.Approved, credential: Uint8Array): Promise<void> {
    try {
      await oneCause(async () => {
        await mailbox.put(GRANT, await pairing.sealGrant(approved, credential, await gather(this.device)))
      })
    } catch (error) {
      await this.takeBack(idText(approved.offer.deviceId))
      throw error
    }
  }

  private async takeBack(device: string): Promise<void> {
    try {
      await this.revoke(device)
    } catch (error) {
      if (!(error instanceof Refused || error instanceof NotConnected)) throw error
      throw new ClientError("client.pairing_failed", "a device is on the list without its keys: revoke it")
    }
  }

  /** Publishes the list that names the new device; its complete credential. */
  private async add(listed: ListedDevice): Promise<Uint8Array> {
    const { identity } = this.device
    const [device, signature_pub] = [idText(listed.deviceId), listed.signatureKey]
    const nowSeconds = this.device.nowSeconds()
    const accountId = idBytes(identity.account)
    const credential = signedCredential(accountKey(identity), accountId, device, signature_pub, nowSeconds)
    const added = { device, signature_pub, credential }
    const credentials = await this.publish((before) => [...before.devices, listed], [added])
    return credentials.get(device) ?? new Uint8Array()
  }

  /** Publishes a list that follows the newest one; the credentials completed. */
  private async publish(
    change: (before: DeviceList) => readonly ListedDevice[],
    added: readonly AddedDevice[] = [],
  ): Promise<DevicesPublished["credentials"]> {
    await this.rotation.finishBegun()
    const { identity, lists: known } = this.device
    const key = accountKey(identity)
    const accounts = new Accounts(identity.origin)
    for (let attempt = 0; ; attempt++) {
      const newest = await newestList(accounts, identity.account, key.public, this.known())
      const signed = lists.signNext(key, newest, change(newest))
      try {
        const request = { account: identity.account, device_list: lists.encode(signed), added }
        const { credentials } = await publishSurely(accounts, request)
        await known.keep(identity.account, signed)
        known.confirm(identity.account)
        return credentials
      } catch (error) {
        const isTaken = error instanceof Refused && error.code === "conflict"
        if (!isTaken || attempt === MAX_PUBLISH_ATTEMPTS) throw error
      }
    }
  }

  private known(): DeviceList {
    const known = this.device.lists.newest(this.device.identity.account)
    if (known === undefined) throw new ClientError("client.untrusted_server", "this account's device list is missing")
    return known
  }

  private shown({ deviceId, addedAt }: ListedDevice): OwnDevice {
    const device = idText(deviceId)
    return { device, addedAt: Number(addedAt), current: device === this.device.identity.device }
  }
}

function notYours(message: string): ClientError {
  return new ClientError("client.not_your_device", message)
}
