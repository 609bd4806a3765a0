/** What is done beside the conversations: the log, what was taken back, who wants to leave. */

import type { Backup } from "../account/backup"
import type { Device } from "../account/device"
import { ClientError } from "../account/errors"
import { LOOK_AGAIN_MS, type Transparency } from "../log/transparency"
import { Bell, type Clock } from "./bell"
import { passes } from "./failures"
import type { Room } from "./room"
import { expire } from "./withdrawn"

/** How often it is looked whether the backup is to be written. */
const BACKUP_MS = 60_000
/** How often it is looked whether the time of something that was taken back is over. */
const EXPIRE_MS = 3_600_000
/** Spreads the members who all could commit somebody's leaving. */
const LEAVE_JITTER_MS = 3_000

interface Around {
  readonly signal: AbortSignal
  ready(signal: AbortSignal): Promise<void>
  adopt(room: Room): void
}

export class Upkeep {
  private readonly lookAtLog = new Bell()

  constructor(
    private readonly device: Device,
    private readonly around: Around,
    private readonly transparency: Transparency,
    private readonly clock: Clock,
  ) {}

  /** Looks into the transparency log soon. */
  look(): void {
    this.lookAtLog.ring()
  }

  async followLog(): Promise<void> {
    const { signal } = this.around
    for (;;) {
      await this.around.ready(signal)
      this.lookAtLog.still()
      await passes(() => this.transparency.look())
      await this.lookAtLog.heardWithin(LOOK_AGAIN_MS, this.clock, signal)
    }
  }

  /** Writes the backup now and then, if there is one; what keeps it from that, it notes itself. */
  async keepUp(backup: Pick<Backup, "writeIfDue">): Promise<void> {
    for (;;) {
      await this.around.ready(this.around.signal)
      try {
        await passes(() => backup.writeIfDue())
      } catch (error) {
        if (!(error instanceof ClientError)) throw error
      }
      await this.clock.pause(BACKUP_MS, this.around.signal)
    }
  }

  async letGoInTime(): Promise<void> {
    for (;;) {
      await expire(this.device.vault, this.device.now())
      await this.clock.pause(EXPIRE_MS, this.around.signal)
    }
  }

  /** Commits the leaving of somebody who asked for it, unless others did. */
  async letGo(room: Room, account: string): Promise<void> {
    if (account === this.device.identity.account) return
    await this.clock.pause(this.clock.random() * LEAVE_JITTER_MS, this.around.signal)
    const isPlanned = room.waiting.some(({ entry }) => entry.remove.includes(account))
    const mayCommit = room.isFollowed && !room.isHeld
    if (!mayCommit || isPlanned || !room.accounts.has(account)) return
    await room.planChange({ remove: [account] })
    this.around.adopt(room)
  }

  /** Lets the head of the log follow a message, if it is due. */
  async passOnHead(room: Room): Promise<void> {
    const head = await this.transparency.gossip.head(room.id)
    if (head === undefined || room.record.standing !== "active") return
    await room.write(head)
    this.around.adopt(room)
  }
}
