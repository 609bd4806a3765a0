/**
 * What the transparency log proves: the device list of an account, as everyone sees it.
 *
 * A list counts when the account signed it with the key it is known by, when it is not
 * older than the one that was known, and when the log records it: its entry is in a tree
 * whose head the log signed and which only grew since this device last looked.
 *
 * Before anything is sent to a group, every device in it has to be on such a list. That
 * takes one question for each account that is met for the first time; after that, only
 * for a device that the list does not name yet.
 */

import type { Device } from "../account/device"
import { ClientError } from "../account/errors"
import { accountKey } from "../account/identity"
import { idBytes, idText } from "../account/ids"
import type { Call } from "../account/keys"
import { contact, leafOf } from "../account/trust"
import * as lists from "../e2ee/formats/device-list"
import type { DeviceList } from "../e2ee/formats/device-list"
import { FormatError } from "../e2ee/formats/errors"
import { checkAccountEntry, decode as decodeEntry } from "../e2ee/formats/log-entry"
import { decode as decodeHead, verifyEntry } from "../e2ee/formats/transparency"
import { equal } from "../e2ee/octets"
import { Refused } from "../protocol/errors"
import type { DeviceListShown } from "../protocol/events"
import type { Alarms } from "./alarms"
import type { LogState } from "./state"

/** A leaf of a tree or of a KeyPackage: an engine's `Member` is one. */
export interface SignedLeaf {
  /** Of its credential. */
  readonly identity: Uint8Array
  readonly signatureKey: Uint8Array
}

export class KeyLog {
  constructor(
    private readonly device: Device,
    private readonly call: Call,
    private readonly state: LogState,
    private readonly alarms: Alarms,
  ) {}

  /**
   * The newest device list of an account, verified and stored. `claimed` is the key that
   * it must be signed with, where one is claimed and none was pinned. Throws
   * `ClientError` (`peer_changed`, `not_proven`), `Refused`, `NotConnected`.
   */
  checkedList(account: string, claimed?: Uint8Array): Promise<DeviceList> {
    return this.state.asking(async () => {
      const shown = await this.call("device.list", { account, known_size: this.state.size })
      try {
        return await this.take(account, shown, claimed)
      } catch (error) {
        if (!(error instanceof ClientError)) throw error
        const kind = error.code === "client.peer_changed" ? "other_key" : "not_proven"
        await this.alarms.tell(kind, account, error.message)
        throw error
      }
    })
  }

  /**
   * Returns if every device in a group is on its account's list; at once, if nothing has
   * to be asked for. The group may have changed meanwhile: what holds is what is
   * encrypted for. Throws `ClientError` (`peer_changed`, `not_proven`): nothing may be
   * sent there; `Refused` by the server's fault and `NotConnected`: try again.
   */
  async requireMembers(leaves: readonly SignedLeaf[]): Promise<void> {
    const missing = leaves.filter((leaf) => !this.isListed(leaf))
    const accounts = new Set(missing.map((leaf) => leafOf(leaf.identity).account))
    for (const account of [...accounts].sort()) await this.askAgain(account)
    const unproven = missing.find((leaf) => !this.isListed(leaf))
    if (unproven === undefined) return
    const { account } = leafOf(unproven.identity)
    throw notProven("a device is not on the signed list of its account", account)
  }

  /** `requireMembers` for devices that are to be added; who is kept out is told of. */
  async requireListed(leaves: readonly SignedLeaf[]): Promise<void> {
    try {
      await this.requireMembers(leaves)
    } catch (error) {
      if (error instanceof ClientError && error.code === "client.not_proven") {
        await this.alarms.tell("refused", "", error.message)
      }
      throw error
    }
  }

  private isListed(leaf: SignedLeaf): boolean {
    const { account, device } = leafOf(leaf.identity)
    const known = this.device.lists.newest(account)
    const listed = known && lists.find(known, idBytes(device))
    return listed !== undefined && equal(listed.signatureKey, leaf.signatureKey)
  }

  private async askAgain(account: string): Promise<void> {
    try {
      await this.checkedList(account)
    } catch (error) {
      if (!(error instanceof Refused) || error.fault === "server") throw error
      throw notProven("the server shows no keys of somebody", account)
    }
  }

  // --- one answer ---

  /** The list of an answer, once everything about it holds. Throws `ClientError`. */
  private async take(account: string, shown: DeviceListShown, claimed: Uint8Array | undefined): Promise<DeviceList> {
    const known = this.device.lists.newest(account)
    let checked: DeviceList
    try {
      const head = decodeHead(shown.head)
      const observed = await this.state.observe(head, shown.consistency)
      if (observed !== "advanced" && observed !== "known") {
        throw notProven("the server's log does not continue the one known here", account)
      }
      checked = checkList(
        account,
        known,
        shown.device_list,
        (await this.pinned(account)) ?? known?.accountPublic ?? claimed,
      )
      const entry = decodeEntry(shown.entry)
      checkAccountEntry(entry, checked)
      verifyEntry(entry, shown.inclusion, head)
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      throw notProven(`the log does not record it (${error.code})`, account)
    }
    if (known === undefined && this.alarms.stands("split_view")) {
      throw notProven("the server showed different logs to different people", account)
    }
    if (known === undefined || known.counter < checked.counter) await this.store(account, known, checked)
    this.device.lists.confirm(account)
    return checked
  }

  private async store(account: string, known: DeviceList | undefined, checked: DeviceList): Promise<void> {
    const own = this.device.identity
    if (account === own.account && known !== undefined) {
      const added = checked.devices.filter(({ deviceId }) => lists.find(known, deviceId) === undefined)
      for (const device of added.map(({ deviceId }) => idText(deviceId))) {
        if (device !== own.device) await this.alarms.tell("new_device", device)
      }
    }
    await this.device.lists.keep(account, checked)
  }

  private async pinned(account: string): Promise<Uint8Array | undefined> {
    const own = this.device.identity
    if (account === own.account) return accountKey(own).public
    return (await contact(this.device.vault, account))?.accountPublic
  }
}

/** The list, signed by the account's key and not older than the one known. Throws `ClientError`, `FormatError`. */
function checkList(
  account: string,
  known: DeviceList | undefined,
  octets: Uint8Array,
  accountPublic: Uint8Array | undefined,
): DeviceList {
  const shown = lists.decode(octets)
  if (!equal(shown.accountId, idBytes(account))) throw notProven("the device list is of another account", account)
  if (accountPublic !== undefined && !equal(shown.accountPublic, accountPublic)) {
    throw new ClientError("client.peer_changed", "this account's devices are signed with another key", account)
  }
  if (known === undefined) lists.verify(shown)
  else if (shown.counter < known.counter) throw notProven("the device list is older than the one known here", account)
  else if (shown.counter > known.counter) checkLater(account, known, shown)
  else if (!equal(octets, lists.encode(known))) throw notProven("two device lists have one number", account)
  return shown
}

/** Check a list against an earlier one; lists between them may have been missed. */
function checkLater(account: string, known: DeviceList, shown: DeviceList): void {
  if (shown.counter !== known.counter + 1n) return lists.verify(shown)
  try {
    lists.checkSuccessor(known, shown)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    if (error.code === "device_list.account_key_changed") {
      throw new ClientError("client.peer_changed", "this account shows another key than before", account)
    }
    throw notProven(`the device list is not the next (${error.code})`, account)
  }
}

function notProven(message: string, account: string): ClientError {
  return new ClientError("client.not_proven", message, account)
}
