/**
 * What the transparency log proves: the device list of an account, as everyone sees it.
 *
 * A list counts when the account signed it with the key it is known by, when it is not
 * older than the one that was known, and when the log records it: its entry is in a tree
 * whose head the log signed and which only grew since this device last looked.
 *
 * Another key counts if list by list the one before signed it, all in the log. Who had
 * compared safety numbers is asked first whether to go on.
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
import { type Contact, contact, leafOf, putContact } from "../account/trust"
import * as lists from "../e2ee/formats/device-list"
import type { DeviceList } from "../e2ee/formats/device-list"
import { FormatError } from "../e2ee/formats/errors"
import { checkAccountEntry, decode as decodeEntry } from "../e2ee/formats/log-entry"
import { decode as decodeHead, verifyEntry } from "../e2ee/formats/transparency"
import { equal, keyOf } from "../e2ee/octets"
import { retryDelayMs } from "../protocol/backoff"
import { Refused } from "../protocol/errors"
import type { DeviceListShown } from "../protocol/events"
import type { Alarms } from "./alarms"
import type { LogState } from "./state"

/** How many lists back the key is looked for that an account is known by. */
const MAX_FOLLOWED = 64n
/** In a row, once the server says that there were too many questions. */
const MAX_PAUSES = 10

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
      for (;;) {
        const known = this.device.lists.newest(account)
        const shown = await this.show(account)
        try {
          const checked = await this.proven(account, shown)
          const earlier = await this.keysBefore(account, checked)
          const now = this.device.lists.newest(account)
          // Else this device put a list of its own in force meanwhile.
          if (now?.counter === known?.counter) return await this.take(account, checked, claimed, earlier)
        } catch (error) {
          if (!(error instanceof ClientError)) throw error
          const kind = error.code === "client.peer_changed" ? "other_key" : "not_proven"
          await this.alarms.tell(kind, account, error.message)
          throw error
        }
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
    await this.requireDecided(leaves)
    await this.requireProven(leaves)
  }

  /** `requireMembers` for devices that are to be added; who is kept out is told of. */
  async requireListed(leaves: readonly SignedLeaf[]): Promise<void> {
    try {
      await this.requireProven(leaves)
    } catch (error) {
      if (error instanceof ClientError && error.code === "client.not_proven") {
        await this.alarms.tell("refused", "", error.message)
      }
      throw error
    }
    await this.requireDecided(leaves)
  }

  /** Nobody is written to whose compared key has changed, before the person says so. */
  private async requireDecided(leaves: readonly SignedLeaf[]): Promise<void> {
    for (const account of accountsOf(leaves)) {
      if ((await contact(this.device.vault, account))?.undecided === true) {
        throw otherKey("the safety number has changed", account)
      }
    }
  }

  private async requireProven(leaves: readonly SignedLeaf[]): Promise<void> {
    const missing = leaves.filter((leaf) => !this.isListed(leaf))
    for (const account of accountsOf(missing)) await this.askAgain(account)
    const unproven = missing.find((leaf) => !this.isListed(leaf))
    if (unproven === undefined) return
    const { account } = leafOf(unproven.identity)
    throw notProven("a device is not on the signed list of its account", account)
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

  private show(account: string, counter: number | null = null): Promise<DeviceListShown> {
    return this.call("device.list", { account, known_size: this.state.size, counter })
  }

  /** The list of an answer, signed by the key that it names, and in the log. `client.not_proven`. */
  private async proven(account: string, shown: DeviceListShown): Promise<DeviceList> {
    try {
      const head = decodeHead(shown.head)
      const observed = await this.state.observe(head, shown.consistency)
      if (observed !== "advanced" && observed !== "known") {
        throw notProven("the server's log does not continue the one known here", account)
      }
      const listed = lists.decode(shown.device_list)
      if (!equal(listed.accountId, idBytes(account))) throw notProven("the device list is of another account", account)
      lists.verify(listed)
      const entry = decodeEntry(shown.entry)
      checkAccountEntry(entry, listed)
      verifyEntry(entry, shown.inclusion, head)
      return listed
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      throw notProven(`the log does not record it (${error.code})`, account)
    }
  }

  /**
   * From the key that the account is known by up to that of its newest list, without the
   * last; empty if the key is still the same. Every list from the newest back to one of
   * the known key is asked for: each has to follow on the one before, and to be in the
   * log. Throws `ClientError`: `peer_changed` if they do not lead there, `not_proven`.
   */
  private async keysBefore(account: string, newest: DeviceList): Promise<readonly Uint8Array[]> {
    const [pinned, known] = [await this.pinned(account), this.device.lists.newest(account)]
    const isLater = known === undefined || newest.counter > known.counter
    if (pinned === undefined || account === this.device.identity.account || !isLater) return []
    const keys: Uint8Array[] = []
    const least = known?.counter ?? 1n
    for (let after = newest; !equal(after.accountPublic, pinned); ) {
      if (after.counter <= least || newest.counter - after.counter > MAX_FOLLOWED) {
        throw otherKey("this account's devices are signed with another key", account)
      }
      const isNext = known?.counter === after.counter - 1n
      const before = isNext ? known : await this.earlier(account, Number(after.counter - 1n))
      checkLater(account, before, after)
      if (!equal(before.accountPublic, after.accountPublic)) keys.unshift(before.accountPublic)
      after = before
    }
    return keys
  }

  private async earlier(account: string, counter: number): Promise<DeviceList> {
    for (let pauses = 0; pauses < MAX_PAUSES; pauses++) {
      try {
        return await this.proven(account, await this.show(account, counter))
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        if (error.code !== "rate_limited") {
          if (error.fault === "server") throw error
          break
        }
        const delay = retryDelayMs(0, error.retryAfterMs)
        await new Promise((resolve) => setTimeout(resolve, delay))
      }
    }
    throw otherKey("the server does not show how this account's key changed", account)
  }

  /** Accepts a list that the log proves, if it follows on what is known. Throws `ClientError`. */
  private async take(
    account: string,
    checked: DeviceList,
    claimed: Uint8Array | undefined,
    earlier: readonly Uint8Array[],
  ): Promise<DeviceList> {
    const known = this.device.lists.newest(account)
    const isOwn = account === this.device.identity.account && this.device.signsList(checked)
    const wanted = isOwn ? undefined : ((await this.pinned(account)) ?? known?.accountPublic ?? claimed)
    checkFollows(account, known, checked, earlier.length > 0 ? undefined : wanted)
    if (known === undefined && this.alarms.stands("split_view")) {
      throw notProven("the server showed different logs to different people", account)
    }
    if (known === undefined || known.counter < checked.counter) await this.store(account, known, checked, earlier)
    this.device.lists.confirm(account)
    return checked
  }

  private async store(
    account: string,
    known: DeviceList | undefined,
    checked: DeviceList,
    earlier: readonly Uint8Array[],
  ): Promise<void> {
    const own = this.device.identity
    if (account === own.account && known !== undefined) {
      const added = checked.devices.filter(({ deviceId }) => lists.find(known, deviceId) === undefined)
      for (const device of added.map(({ deviceId }) => idText(deviceId))) {
        if (device !== own.device) await this.alarms.tell("new_device", device)
      }
    }
    if (earlier.length === 0) return this.device.lists.keep(account, checked)
    // An operation of its own: nobody else changes a contact meanwhile.
    const person = await this.device.checked(async () => {
      const met = await contact(this.device.vault, account)
      const rekeyed = met && putContact(afterChange(met, checked, earlier))
      await this.device.lists.keep(account, checked, rekeyed && [rekeyed])
      return met
    })
    if (person !== undefined && (known !== undefined || person.verified)) {
      await this.alarms.tell("key_changed", account, keyOf(checked.accountPublic))
    }
  }

  private async pinned(account: string): Promise<Uint8Array | undefined> {
    const own = this.device.identity
    if (account === own.account) return accountKey(own).public
    return (await contact(this.device.vault, account))?.accountPublic
  }
}

/** What is known of an account once its key has changed hands. */
function afterChange(person: Contact, checked: DeviceList, earlier: readonly Uint8Array[]): Contact {
  const news = earlier.filter((key) => !person.earlier.some((old) => equal(old, key)))
  return {
    ...person,
    accountPublic: checked.accountPublic,
    earlier: [...person.earlier, ...news],
    verified: false,
    undecided: person.verified || person.undecided,
  }
}

/** Check that a list is of the wanted key, if there is one, and not older than the one known. Throws `ClientError`. */
function checkFollows(
  account: string,
  known: DeviceList | undefined,
  shown: DeviceList,
  wanted: Uint8Array | undefined,
): void {
  if (known !== undefined && shown.counter < known.counter) {
    throw notProven("the device list is older than the one known here", account)
  }
  if (wanted !== undefined && !equal(shown.accountPublic, wanted)) {
    throw otherKey("this account's devices are signed with another key", account)
  }
  if (known === undefined) return
  if (shown.counter === known.counter && !equal(lists.encode(shown), lists.encode(known))) {
    throw notProven("two device lists have one number", account)
  }
  if (shown.counter === known.counter + 1n) checkLater(account, known, shown)
}

/** Check a list against the one before it. Throws `ClientError`. */
function checkLater(account: string, known: DeviceList, shown: DeviceList): void {
  try {
    lists.checkSuccessor(known, shown)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    if (error.code === "device_list.account_key_changed") {
      throw otherKey("this account shows another key than before", account)
    }
    throw notProven(`the device list is not the next (${error.code})`, account)
  }
}

/** Whose leaves these are, each once. */
function accountsOf(leaves: readonly SignedLeaf[]): string[] {
  return [...new Set(leaves.map(({ identity }) => leafOf(identity).account))].sort()
}

function otherKey(message: string, account: string): ClientError {
  return new ClientError("client.peer_changed", message, account)
}

function notProven(message: string, account: string): ClientError {
  return new ClientError("client.not_proven", message, account)
}
