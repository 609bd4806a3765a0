/**
 * Takes a planned change of the group to the log, against whoever else changes it.
 *
 * A commit is staged, sent, and applied when its row is seen: the log decides which of
 * two commits ends an epoch, and an answer that got lost decides nothing. The loser plans
 * anew from what is still outstanding, which may be nothing.
 */

import { newId } from "../account/ids"
import type { Rng } from "../e2ee/formats/requests"
import { leafOf } from "../account/trust"
import { FormatError } from "../e2ee/formats/errors"
import { readPackage } from "../e2ee/tsmls-outside"
import { Refused } from "../protocol/errors"
import type { Clock } from "./bell"
import { isOutstanding } from "./change"
import { stranded } from "./duty"
import { isCode } from "./failures"
import { keyOf, type Leaves } from "./leaves"
import type { Link } from "./link"
import { type Outgoing, outgoing, type Staged } from "./records"
import type { Room } from "./room"

/** How often a change that lost its epoch to another is planned anew. */
export const MAX_COMMIT_ATTEMPTS = 5
const COMMIT_JITTER_MS = 1_000

/** Commits for one conversation. Everything throws what `Link.call` and `Room.stage` do. */
export class Committer {
  constructor(
    private readonly room: Room,
    private readonly link: Link,
    private readonly random: Rng,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {}

  /** Commits a planned change, or a part of the way to it; whether it is done. */
  async change(position: number, entry: Outgoing): Promise<boolean> {
    this.room.requireSendable()
    let staged = this.room.staged
    if (staged === undefined) {
      const todo = this.room.outstanding(entry)
      if (!isOutstanding(todo)) return true
      if (entry.attempts >= MAX_COMMIT_ATTEMPTS) throw new Refused("conflict", undefined)
      await this.room.updateEntry(position, { attempts: entry.attempts + 1 })
      staged = await this.stage(entry, todo.accounts)
    }
    await this.commit(staged, entry.staff)
    return !isOutstanding(this.room.outstanding(entry))
  }

  /**
   * Commits what the group owes to the device lists. `unavailable` if a revoked device is
   * its account's last in the group, and none that could take its place has a KeyPackage.
   */
  async fulfil(): Promise<void> {
    this.room.requireSendable()
    await this.commit(this.room.staged ?? (await this.stage(this.plan())), [])
  }

  /** Gives this leaf fresh keys, and commits what waits to be committed. */
  async renew(): Promise<void> {
    this.room.requireSendable()
    await this.commit(this.room.staged ?? (await this.room.stage(this.plan(), [])), [])
  }

  private plan(): Outgoing {
    return outgoing({ task: "change", clientId: newId(this.random), writtenAtMs: 0 })
  }

  /** Stages a plan together with what the group owes to the device lists. */
  private async stage(entry: Outgoing, accounts: ReadonlySet<string> = new Set()): Promise<Staged> {
    const asked = [...(await this.packagesOf(accounts)), ...(await this.packagesFor(this.room.duty.add))]
    const packages = await this.room.settleSuite(asked)
    const { duty } = this.room
    if (stranded(duty, this.room.leaves).size > 0) throw new Refused("unavailable", undefined)
    const addDevices = [...entry.addDevices, ...duty.add]
    const removeDevices = [...entry.removeDevices, ...duty.remove]
    return this.room.stage({ ...entry, addDevices, removeDevices }, packages)
  }

  /** Sends a staged commit; it is applied when its row is seen in the log. */
  private async commit(staged: Staged, staff: readonly string[]): Promise<void> {
    await this.link.store(staged.parts)
    try {
      await this.link.call("group.commit", {
        ...{ conversation: this.room.id, client_id: staged.clientId, staff },
        ...{ commit: staged.commit, welcome: staged.welcome, group_info: staged.groupInfo },
      })
    } catch (error) {
      if (!isCode(error, "epoch_taken", "stale_epoch")) throw error
      await this.clock.pause(this.clock.random() * COMMIT_JITTER_MS, this.signal)
    }
    // The row that took the epoch settles it: ours is applied, another one drops what was
    // staged. Until that row is seen, the commit is sent again.
    await this.link.sync(this.room)
    if (this.room.staged === staged) throw new Refused("internal", undefined)
  }

  /** Those of every device of these accounts; all of them have to be listed. */
  private async packagesOf(accounts: ReadonlySet<string>): Promise<Uint8Array[]> {
    const packages: Uint8Array[] = []
    for (const account of [...accounts].sort()) {
      const { found, lacking } = await this.take(account, null)
      if (lacking.length > 0) {
        throw new FormatError("mls.state.no_common_suite", "a device of this person lacks the suite of the group")
      }
      if (found.length === 0) throw new Refused("not_found", undefined)
      packages.push(...found)
    }
    return packages
  }

  /** Those of these devices; those that have none are noted as absent. */
  private async packagesFor(leaves: Leaves): Promise<Uint8Array[]> {
    const packages: Uint8Array[] = []
    for (const account of [...leaves.accounts].sort()) {
      const wanted = Array.from(leaves.filter((leaf) => leaf.account === account))
      const { found } = await this.take(account, wanted.map(({ device }) => device).sort())
      const given = new Set(found.map((message) => keyOf(leafOf(readPackage(message).identity))))
      for (const leaf of wanted) if (!given.has(keyOf(leaf))) this.room.absent.add(leaf.device)
      packages.push(...found.filter((message) => leaves.has(leafOf(readPackage(message).identity))))
    }
    return packages
  }

  /** One per suite that comes into question, and who has none of these. */
  private async take(
    account: string,
    devices: readonly string[] | null,
  ): Promise<{ found: Uint8Array[]; lacking: readonly string[] }> {
    const taken = await this.link.call("keys.take", { account, suites: this.room.suites, devices })
    const found = taken.packages.map((each) => each.package)
    await this.link.requireListed(found.map(readPackage))
    return { found, lacking: taken.lacking }
  }
}
