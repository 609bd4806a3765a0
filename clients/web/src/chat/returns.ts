/**
 * Decides when this device comes back into a conversation by itself (`rejoin`).
 *
 * | Conversation                               | Then                                 |
 * |--------------------------------------------|--------------------------------------|
 * | cannot be followed any further             | at once                              |
 * | the same, because of somebody's commit     | once it is rejected (`mending`)      |
 * | is frozen                                  | never: a fresh group comes           |
 * | the account's, this device not in it, and  |                                      |
 * | it was handed a resumption PSK of the group| at once: it is a restored device     |
 * | it is on the account's list for a day      | at once                              |
 * | else                                       | another device of the account adds it|
 *
 * The server lets a device do so three times a day and conversation.
 */

import type { Device } from "../account/device"
import { idBytes } from "../account/ids"
import { heldSecrets } from "../account/resumption"
import { getRecord } from "../account/stored"
import { EngineError } from "../e2ee/engine"
import { FormatError } from "../e2ee/formats/errors"
import { BlobDamaged } from "../protocol/blobs"
import { Refused } from "../protocol/errors"
import type { ConversationsFound } from "../protocol/events"
import { Bell, type Clock } from "./bell"
import { CommitRefused, mayReturnUnproven } from "./commit-rules"
import { isCode, passes } from "./failures"
import type { Link } from "./link"
import { Staged } from "./records"
import * as rejoin from "./rejoin"
import type { Target } from "./rejoin"
import { Room } from "./room"

/** How often is looked for conversations, and tried again what was refused. */
const LOOK_MS = 3_600_000
const MAX_ATTEMPTS = 5
const JITTER_MS = 1_000

/** What coming back needs of the client around it. */
export interface Around extends Link {
  readonly signal: AbortSignal
  readonly rooms: ReadonlyMap<string, Room>
  adopt(room: Room): void
  /** Learns who is called what in it, and reads on. */
  entered(room: Room): Promise<void>
}

export class Returns {
  private readonly work = new Bell()
  private readonly notBefore = new Map<string, number>()
  private findAgainAt = 0

  constructor(
    private readonly device: Device,
    private readonly around: Around,
    private readonly mayReturn: (room: Room) => boolean,
    private readonly clock: Clock,
  ) {}

  /** Sees whether there is something to do; connected anew, everywhere. */
  look(connected = false): void {
    if (connected) this.findAgainAt = 0
    this.work.ring()
  }

  async run(): Promise<void> {
    for (;;) {
      await this.work.heard(this.around.signal)
      this.work.still()
      await this.around.ready(this.around.signal)
      await passes(async () => {
        for (const target of [...(await this.unfinished()), ...this.broken()]) await this.comeBack(target)
        for (const target of await this.found()) await this.comeBack(target)
      })
    }
  }

  // --- where to ---

  /** Where a commit was sent and its answer is not known. */
  private async unfinished(): Promise<Target[]> {
    const targets: Target[] = []
    for (const id of await this.device.vault.names("staged")) {
      const staged = await getRecord(this.device.vault, Staged, "staged", id)
      if (staged === undefined || staged.entering === null) continue
      const { nextState, entering: kind } = staged
      const group = await this.device.checked((engine) => Promise.resolve(engine.restore(nextState)))
      targets.push({ id, groupId: group.groupId, kind, room: this.around.rooms.get(id) })
    }
    return targets
  }

  private broken(): Target[] {
    return [...this.around.rooms.values()]
      .filter((room) => room.record.standing === "broken" && this.mayReturn(room))
      .map((room) => ({ id: room.id, groupId: room.group.groupId, kind: room.record.kind, room }))
  }

  /** The account's conversations that this device was never in. */
  private async found(): Promise<Target[]> {
    if (this.device.now() < this.findAgainAt) return []
    const targets: Target[] = []
    let after: string | null = null
    for (let more = true; more; ) {
      const page: ConversationsFound = await this.around.call("conversation.find", { after })
      for (const { conversation: id, group, kind } of page.conversations) {
        const target = { id, groupId: idBytes(group), kind, room: undefined }
        if (!this.around.rooms.has(id) && (await this.mayEnter(target))) targets.push(target)
      }
      after = page.conversations.at(-1)?.conversation ?? null
      more = page.more && after !== null
    }
    this.findAgainAt = this.device.now() + LOOK_MS
    return targets
  }

  /** Whether the members and the server let this device in by itself. */
  private async mayEnter({ groupId }: Target): Promise<boolean> {
    if ((await heldSecrets(this.device.vault, groupId)).length > 0) return true
    return mayReturnUnproven(this.device.lists, this.device.leaf, this.device.nowSeconds())
  }

  // --- how ---

  /** Comes back into one conversation, or leaves it for later. */
  private async comeBack(target: Target): Promise<void> {
    if (this.device.now() < (this.notBefore.get(target.id) ?? 0)) return
    try {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        if (this.isIn(target) || (await this.attempt(target))) return
        await this.clock.pause(this.clock.random() * JITTER_MS, this.around.signal)
      }
    } catch (error) {
      if (error instanceof Refused) {
        if (error.fault === "server" && error.retryAfterMs === undefined) throw error
        return this.leaveForLater(target, error.retryAfterMs)
      }
      const isBad = [EngineError, FormatError, CommitRefused, BlobDamaged].some((kind) => error instanceof kind)
      if (!isBad) throw error
      await this.leaveForLater(target)
    }
  }

  /** Whether somebody added this device in the meantime. */
  private isIn({ id }: Target): boolean {
    return this.around.rooms.get(id)?.isFollowed === true
  }

  /** One commit; whether it is settled. */
  private async attempt(target: Target): Promise<boolean> {
    const { id: conversation } = target
    let staged = await getRecord(this.device.vault, Staged, "staged", conversation)
    if (staged === undefined || staged.entering === null) {
      const { group_info } = await this.around.call("group.info", { conversation })
      if (group_info === null) {
        // The next commit has to come first.
        await this.leaveForLater(target)
        return true
      }
      staged = await rejoin.stage(this.device, target, await this.around.whole(group_info))
    }
    await this.around.store(staged.parts)
    const { clientId: client_id, commit, groupInfo } = staged
    const request = { conversation, client_id, commit, group_info: groupInfo ?? new Uint8Array() }
    try {
      const accepted = await this.around.call("group.rejoin", request)
      const { stored, members } = await rejoin.enter(this.device, target, staged, accepted)
      const room = target.room ?? new Room(this.device, stored, members)
      this.around.adopt(room)
      await this.around.entered(room)
      return true
    } catch (error) {
      if (!isCode(error, "epoch_taken", "stale_epoch", "frozen")) throw error
      await rejoin.unstage(this.device, target)
      return error.code === "frozen" // a fresh group comes first
    }
  }

  private async leaveForLater(target: Target, retryAfterMs = LOOK_MS): Promise<void> {
    await rejoin.unstage(this.device, target)
    this.notBefore.set(target.id, this.device.now() + retryAfterMs)
  }
}
