/**
 * Decides what this device does about a commit that does not apply.
 *
 * | Conversation                          | Then                                       |
 * |---------------------------------------|--------------------------------------------|
 * | a commit does not apply here          | tell the server which, and why             |
 * | it is not frozen by that              | after a pause come back alone (`returns`)  |
 * | frozen, and this account begins       | in its turn make the fresh group (`fresh`) |
 * | frozen, and another one begins        | wait for a Welcome                         |
 * | frozen, and nobody may begin any more | say so, and wait                           |
 *
 * The pause lets the others who cannot follow either say so first. Without it one after
 * the other would come back into a group that the next bad commit breaks again.
 *
 * A fresh group that the server refuses for good is left to the others, and tried again
 * after an hour if nobody could begin it.
 */

import type { Device } from "../account/device"
import { readPackage } from "../e2ee/tsmls-outside"
import { NotConnected, Refused } from "../protocol/errors"
import { Bell, type Clock } from "./bell"
import { isCode, isFailure, passes } from "./failures"
import * as fresh from "./fresh"
import type { Staged } from "./records"
import type { Around } from "./returns"
import type { Room } from "./room"

/** How long others have to say that they cannot follow either. */
const RETURN_MS = 10_000
/** Spreads the devices of the account whose turn it is. */
const JITTER_MS = 1_000
const RETRY_MS = 5_000
const LEAVE_MS = 3_600_000
/** How long each account has to begin before the next one may. */
const TURN_MS = 30_000

interface WithViews extends Around {
  /** Asks the server how all conversations stand. */
  lookAtViews(): Promise<void>
}

export class Mending {
  private readonly work = new Bell()
  /** By conversation: group and epoch of the commit that was rejected last. */
  private readonly told = new Map<string, string>()
  /** By conversation: a freeze, and when our turn begins. */
  private readonly turns = new Map<string, { readonly of: string; readonly at: number }>()
  /** By rejected commit: from when the device may return. */
  private readonly alone = new Map<string, number>()
  private wakeAt = Infinity

  constructor(
    private readonly device: Device,
    private readonly around: WithViews,
    /** Called when `mayReturn` may have changed. */
    private readonly comeBack: () => void,
    private readonly clock: Clock,
  ) {}

  /** Sees whether there is something to do. */
  look(): void {
    this.work.ring()
  }

  /** Whether a conversation that cannot be followed may be come back into. */
  mayReturn(room: Room): boolean {
    if (room.record.frozen) return false
    if (room.record.rejects === null) return true
    return (this.alone.get(commitOf(room)) ?? Infinity) <= this.device.now()
  }

  async run(): Promise<void> {
    const { signal } = this.around
    for (;;) {
      const wait = this.wakeAt - this.device.now()
      if (Number.isFinite(wait)) await this.work.heardWithin(Math.max(wait, 0), this.clock, signal)
      else await this.work.heard(signal)
      this.work.still()
      this.wakeAt = Infinity
      await this.around.ready(signal)
      for (const room of [...this.around.rooms.values()]) {
        if (!(await passes(() => this.mend(room)))) this.wake(this.device.now() + RETRY_MS)
      }
    }
  }

  private async mend(room: Room): Promise<void> {
    if (room.record.standing === "broken" && !room.record.frozen) {
      await this.reject(room)
      if (this.mayReturn(room)) this.comeBack()
    }
    if (room.record.frozen && (await this.isOurTurn(room))) await this.beginOrLeave(room)
  }

  // --- rejecting ---

  /** Tells the server of a commit that does not apply; once for each start. */
  private async reject(room: Room): Promise<void> {
    const { rejects: reason, group } = room.record
    const commit = commitOf(room)
    if (reason === null) return
    if (this.told.get(room.id) === commit) return this.wake(this.alone.get(commit) ?? Infinity)
    let isFrozen = false
    let pause = RETURN_MS + this.clock.random() * JITTER_MS
    try {
      const epoch = Number(room.group.epoch)
      const noted = await this.around.call("group.reject", { conversation: room.id, group, epoch, reason })
      isFrozen = noted.frozen
    } catch (error) {
      if (!(error instanceof Refused) || error.fault === "server") throw error
      // Others were faster: the fresh group is there, and so is our Welcome.
      if (error.code === "stale_epoch") isFrozen = true
      else pause = 0
    }
    this.told.set(room.id, commit)
    this.alone.set(commit, this.device.now() + pause)
    this.wake(this.device.now() + pause)
    if (isFrozen) await this.around.lookAtViews()
  }

  // --- beginning anew ---

  /** Whether to begin now; if our turn is later, this is looked at again then. */
  private async isOurTurn(room: Room): Promise<boolean> {
    const { freeze } = room
    const of = freezeOf(room)
    const known = this.turns.get(room.id)
    let due = known?.at ?? this.device.now()
    if ((await fresh.staged(this.device, room)) === undefined) {
      const place = freeze?.makers.indexOf(this.device.identity.account) ?? -1
      if (freeze === null || place < 0 || !(await this.wasIn(room, BigInt(freeze.epoch)))) return false
      if (known?.of !== of) due = this.beginsIn(room, place * TURN_MS)
    }
    // Else a first commit was sent: whether it was taken, only the server knows.
    if (due <= this.device.now()) return true
    this.wake(due)
    return false
  }

  private wasIn(room: Room, epoch: bigint): Promise<boolean> {
    return this.device.checked((engine) => Promise.resolve(engine.pastEpochs(room.group).includes(epoch)))
  }

  /** Puts our turn off; when it begins. */
  private beginsIn(room: Room, milliseconds: number): number {
    const at = this.device.now() + milliseconds + this.clock.random() * JITTER_MS
    this.turns.set(room.id, { of: freezeOf(room), at })
    this.wake(at)
    return at
  }

  private async beginOrLeave(room: Room): Promise<void> {
    try {
      await this.begin(room)
    } catch (error) {
      if (error instanceof NotConnected || !isFailure(error)) throw error
      if (isCode(error, "rate_limited")) {
        this.beginsIn(room, error.retryAfterMs ?? 0)
        return
      }
      if (error instanceof Refused && error.fault === "server") throw error
      await fresh.unstage(this.device, room)
      this.beginsIn(room, LEAVE_MS)
      await this.around.lookAtViews()
    }
  }

  private async begin(room: Room): Promise<void> {
    let made = await fresh.staged(this.device, room)
    if (made === undefined && room.freeze !== null) {
      // What can be read of the group that ends is read before it does.
      await this.around.sync(room)
      made = await this.stage(room)
    }
    if (made === undefined) return
    await this.around.store(made.parts)
    const none = new Uint8Array()
    const accepted = await this.around.call("group.recreate", {
      ...{ conversation: room.id, client_id: made.clientId, replaces: room.record.group },
      ...{ commit: made.commit, welcome: made.welcome ?? none, group_info: made.groupInfo ?? none },
    })
    await fresh.enter(this.device, room, made, accepted)
    this.around.adopt(room)
    await this.around.entered(room)
  }

  private async stage(room: Room): Promise<Staged | undefined> {
    const { freeze } = room
    if (freeze === null) return undefined
    const leaves = fresh.wanted(room, this.device.leaf, freeze)
    const found: Uint8Array[] = []
    for (const account of [...leaves.accounts].sort()) {
      const devices = Array.from(
        leaves.filter((leaf) => leaf.account === account),
        ({ device }) => device,
      )
      const taken = await this.around.call("keys.take", { account, suites: room.suites, devices: devices.sort() })
      found.push(...taken.packages.map((each) => each.package))
    }
    const packages = fresh.forLeaves(found, leaves)
    await this.around.requireListed(packages.map(readPackage))
    return fresh.stage(this.device, room, freeze, packages)
  }

  /** Looks again at this time, or before. */
  private wake(at: number): void {
    this.wakeAt = Math.min(this.wakeAt, at)
  }
}

function freezeOf(room: Room): string {
  return JSON.stringify([room.record.group, room.freeze])
}

/** Which commit does not apply: the one that ends the epoch of the group state. */
function commitOf(room: Room): string {
  return `${room.record.group} ${room.group.epoch}`
}
