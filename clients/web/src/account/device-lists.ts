/**
 * The signed device lists that were checked, as this device knows them.
 *
 * Only `log` puts lists here, after it has verified them, and whoever published one of
 * the own account. They decide which leaves of a group may stay, and who may come back
 * into one from outside. All are held in memory, so that asking takes no time.
 */

import * as lists from "../e2ee/formats/device-list"
import type { DeviceList } from "../e2ee/formats/device-list"
import type { Put, Vault } from "../store/vault"
import type { Identity } from "./identity"
import { idBytes, idText } from "./ids"
import { OneAtATime } from "./one-at-a-time"

const SPACE = "device_list"

export class DeviceLists {
  /** Rises with every list that comes or changes. */
  version = 0
  /** Rises with every answer to what an account's newest list is. */
  asked = 0
  private readonly askedLast = new Map<string, number>()
  private readonly changes = new OneAtATime()

  private constructor(
    private readonly vault: Vault,
    private readonly known: Map<string, DeviceList>,
  ) {}

  static async open(vault: Vault, identity: Identity): Promise<DeviceLists> {
    const known = new Map([[identity.account, lists.decode(identity.deviceList)]])
    for (const account of await vault.names(SPACE)) {
      const stored = await vault.get(SPACE, account)
      if (stored !== undefined) known.set(account, lists.decode(stored))
    }
    return new DeviceLists(vault, known)
  }

  /** The newest checked list of an account. */
  newest(account: string): DeviceList | undefined {
    return this.known.get(account)
  }

  /** The devices that an account vouches for; undefined if no list of it is known. */
  devices(account: string): ReadonlySet<string> | undefined {
    const list = this.known.get(account)
    return list === undefined ? undefined : new Set(list.devices.map(({ deviceId }) => idText(deviceId)))
  }

  /** When the account put a device on its list, in Unix seconds. */
  approvedAt(account: string, device: string): number | undefined {
    const list = this.known.get(account)
    const listed = list && lists.find(list, idBytes(device))
    return listed === undefined ? undefined : Number(listed.addedAt)
  }

  /** The list that is known was just shown to be the newest one. */
  confirm(account: string): void {
    this.asked += 1
    this.askedLast.set(account, this.asked)
  }

  /** Whether the newest list was asked for after `asked` was this. */
  wasAskedSince(account: string, asked: number): boolean {
    return (this.askedLast.get(account) ?? 0) > asked
  }

  /** Stores a list that was checked, and what came with it, unless a later one came meanwhile. */
  keep(account: string, checked: DeviceList, more: readonly Put[] = []): Promise<void> {
    return this.changes.run(async () => {
      if ((this.known.get(account)?.counter ?? 0n) > checked.counter) return
      await this.vault.write([{ space: SPACE, name: account, value: lists.encode(checked) }, ...more])
      this.known.set(account, checked)
      this.version += 1
    })
  }
}
