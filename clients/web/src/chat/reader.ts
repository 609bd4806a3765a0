/**
 * Follows the server: reads logs, hears notices; `welcoming` joins.
 *
 * A log is read page by page until its head, one reader per conversation at a time. A
 * push applies at once if it is the next row and can be read; otherwise the log is asked
 * (see `receiving`). Rows that the server leaves out of a page are noticed by their
 * numbers.
 */

import type { Device } from "../account/device"
import { type Call, KeyPool } from "../account/keys"
import { OneAtATime } from "../account/one-at-a-time"
import { isDetached } from "../e2ee/formats/detached"
import { FormatError } from "../e2ee/formats/errors"
import { equal } from "../e2ee/octets"
import { BlobDamaged } from "../protocol/blobs"
import type { Notice } from "../protocol/connection"
import { Refused } from "../protocol/errors"
import type { ConversationView, LogRow } from "../protocol/events"
import { contiguous, rewound } from "./cursor"
import { isCode, isUnproven, passes } from "./failures"
import { heed } from "./frozen"
import { PartUnavailable, type Parts } from "./parts"
import type { Applied, How } from "./receiving"
import type { Room } from "./room"
import { outsiders, saidOf } from "./seats"
import type { Updates } from "./updates"
import { Welcoming } from "./welcoming"

/** What a reader needs of the client around it. */
export interface Around {
  readonly call: Call
  readonly updates: Updates
  readonly parts: Parts
  /** The newest device list of an account; see `KeyLog.checkedList`. */
  checkedList(account: string): Promise<unknown>
  /** Asks for the device lists of these accounts soon. */
  watch(accounts: Iterable<string>): void
  /** What the server calls the members of a conversation. */
  learn(members: ConversationView["members"]): Promise<void>
  /** Takes a conversation in, or looks into it again. */
  adopt(room: Room): void
  /** Commits the leaving of somebody who asked for it, after a while. */
  letGo(room: Room, account: string): void
  alarm(kind: "refused" | "outsider", subject: string, detail: string): Promise<void>
  /** What to store of a head of the transparency log that came in a message. */
  readonly heard: How["heard"]
  /** There are such heads. */
  heardHeads(): void
}

/** What the server said of a conversation, and the cursor when it was asked. */
interface Seen {
  readonly view: ConversationView
  readonly askedAt: number
}

export class Reader {
  readonly rooms = new Map<string, Room>()
  private readonly keys: KeyPool
  private readonly syncs = new Map<string, OneAtATime>()
  private readonly viewing = new OneAtATime()
  private readonly welcomes: Welcoming
  private toldWrites = -1

  constructor(
    private readonly device: Device,
    private readonly around: Around,
  ) {
    this.keys = new KeyPool(device, around.call)
    this.welcomes = new Welcoming(device, this.keys, this, around)
  }

  /** A new connection: the server may know of writes that are not here. */
  connected(): void {
    this.toldWrites = -1
    this.welcomes.forgetDamage()
    this.around.watch([this.device.identity.account])
  }

  /** Brings everything to where the server is; throws when the line breaks. */
  async catchUp(): Promise<void> {
    await this.checkpoint()
    await this.keys.refill()
    await this.welcomes.takeAll()
    for (const { view, askedAt } of await this.views()) {
      const room = this.rooms.get(view.conversation)
      if (room !== undefined) await this.compareOrPass(room, view, askedAt)
    }
  }

  /** Acts on a notice. */
  async hear({ name, fact }: Notice): Promise<void> {
    switch (name) {
      case "message.sent":
        return this.pushed(fact.conversation, fact)
      case "conversation.advanced": {
        const room = this.rooms.get(fact.conversation)
        if (room !== undefined && fact.head > room.record.cursor) await this.sync(room)
        return
      }
      case "group.welcomed":
        return this.welcomes.take(fact)
      case "conversation.leave_requested": {
        const room = this.rooms.get(fact.conversation)
        if (room !== undefined) this.around.letGo(room, fact.account)
        return
      }
      case "group.frozen":
      case "group.recreated":
        await this.views()
        return
      case "keys.ran_low":
        return this.keys.refill()
      case "account.devices_changed":
        return this.around.watch([fact.account])
      default:
        return
    }
  }

  /** Reads a conversation's log to its end. */
  async sync(room: Room): Promise<void> {
    const one = this.syncs.get(room.id) ?? new OneAtATime()
    this.syncs.set(room.id, one)
    await one.run(async () => {
      while (room.isFollowed && (await this.page(room)));
    })
  }

  /**
   * Asks the server how all conversations stand; each with the cursor at that moment. One
   * at a time: else an earlier answer could be heeded after a later one.
   */
  async views(): Promise<readonly Seen[]> {
    return this.viewing.run(async () => {
      const seen: Seen[] = []
      for (let more = true; more; ) {
        const cursors = new Map([...this.rooms].map(([id, room]) => [id, room.record.cursor]))
        const listed = await this.around.call("conversation.list", { after: seen.at(-1)?.view.conversation ?? null })
        for (const view of listed.conversations) seen.push({ view, askedAt: cursors.get(view.conversation) ?? 0 })
        more = listed.more && listed.conversations.length > 0
      }
      for (const { view } of seen) {
        const room = this.rooms.get(view.conversation)
        if (room !== undefined) await this.take(room, view)
      }
      return seen
    })
  }

  /** Learns who is called what in a conversation, and reads its log. */
  async entered(room: Room): Promise<void> {
    await this.viewsIfPossible()
    this.around.updates.publish({ kind: "conversation", conversation: room.id })
    await this.sync(room)
  }

  /**
   * Tells how far this store is; one that was further is the newer one. Then every
   * ratchet here is an older copy, and keys of it have been used.
   */
  private async checkpoint(): Promise<void> {
    const { vault } = this.device
    if (vault.writes === this.toldWrites) return
    const told = vault.writes
    const { reached } = await this.around.call("device.checkpoint", { counter: told })
    if (reached > told) {
      for (const room of this.rooms.values()) {
        await room.requireRenewal()
        this.around.adopt(room)
      }
      vault.raiseWrites(reached)
    }
    this.toldWrites = told
  }

  /** Reads one page; whether another one follows. */
  private async page(room: Room): Promise<boolean> {
    const since = room.record.cursor
    const page = await this.around
      .call("conversation.sync", { conversation: room.id, since })
      .catch(async (error: unknown) => {
        if (!isCode(error, "cursor_expired")) throw error
        // Removed and added again while away: the commits in between are not for this
        // device. The Welcome of the new joining leads on.
        await room.updateRecord({ standing: "left", cause: "removed" })
        this.around.updates.publish({ kind: "conversation", conversation: room.id })
      })
    if (page === undefined) return false
    const seqs = page.rows.map(({ seq }) => seq)
    if (!contiguous(since, seqs)) throw new Refused("internal", undefined)
    await this.apply(room, page.rows, true)
    return page.rows.length > 0 && room.record.cursor < page.head
  }

  private async pushed(conversation: string, row: LogRow): Promise<void> {
    const room = this.rooms.get(conversation)
    if (room?.isFollowed !== true) return
    if (isDetached(row.payload)) return this.sync(room)
    await this.apply(room, [row], false)
  }

  /** Applies rows, and tells the page what they held. */
  private async apply(room: Room, rows: readonly LogRow[], fromLog: boolean): Promise<void> {
    const { standing } = room.record
    const whole: LogRow[] = []
    for (const row of rows) whole.push(await this.wholeRow(room, row))
    const asked = new Set<string>()
    let membersChanged = false
    let applied: Applied
    for (;;) {
      applied = await room.receive(whole, { fromLog, asked, heard: this.around.heard })
      this.publish(applied, room)
      membersChanged ||= applied.membersChanged
      const account = applied.listNeeded
      if (account === undefined && !applied.cut) break
      if (account === undefined) continue
      await this.ask(account)
      asked.add(account)
    }
    const breaks = room.record.standing === "broken" && standing !== "broken"
    // What cannot be applied may be a fresh group's that left this device out.
    if (membersChanged || breaks) await this.viewsIfPossible()
    if (membersChanged || room.record.standing !== standing) {
      this.around.updates.publish({ kind: "conversation", conversation: room.id })
      // The standing may be one in which the courier has something to do.
      this.around.adopt(room)
    }
    if (applied.mustSync && !fromLog) await this.sync(room)
  }

  /** Asks for an account's newest list; one that the log does not prove changes nothing. */
  async ask(account: string): Promise<void> {
    await this.around.checkedList(account).catch((error: unknown) => {
      if (!isUnproven(error)) throw error
    })
  }

  /**
   * The row with its commit, if another stands in for that. One that cannot be had stays
   * as it is, and is refused where rows are applied. Throws `PartUnavailable`.
   */
  private async wholeRow(room: Room, row: LogRow): Promise<LogRow> {
    if (!isDetached(row.payload) || row.seq <= room.record.cursor) return row
    if (room.staged !== undefined && equal(room.staged.commit, row.payload)) return row
    try {
      return { ...row, payload: await this.around.parts.whole(row.payload) }
    } catch (error) {
      if (error instanceof BlobDamaged || error instanceof FormatError) return row
      throw error
    }
  }

  private publish({ history }: Applied, { id: conversation }: Room): void {
    const { updates } = this.around
    for (const { id } of history.arrived) updates.publish({ kind: "message", conversation, message: id })
    for (const { id } of history.changed) updates.publish({ kind: "changed", conversation, message: id })
    for (const sign of history.signs) updates.publish({ kind: "sign", conversation, sign })
    if (history.read > 0 || history.proofs) updates.publish({ kind: "conversation", conversation })
    if (history.heads.length > 0) this.around.heardHeads()
  }

  /** One conversation that the server refuses must not keep the others waiting. */
  private async compareOrPass(room: Room, view: ConversationView, askedAt: number): Promise<void> {
    try {
      await this.compare(room, view, askedAt)
    } catch (error) {
      const passes = error instanceof PartUnavailable || (error instanceof Refused && error.fault !== "server")
      if (!passes) throw error
    }
  }

  /**
   * Brings one conversation to where the server says it is. Rows that were pushed since
   * the cursor was `askedAt` may have overtaken the view: that log is not shorter.
   */
  private async compare(room: Room, view: ConversationView, askedAt: number): Promise<void> {
    const { cursor } = room.record
    if (view.head >= view.cursor && view.cursor > cursor) {
      // The server was told of rows that this state has not seen.
      await room.requireRenewal()
      this.around.adopt(room)
    }
    if (room.isFollowed && rewound(askedAt, view.head)) {
      await room.rewind(view.head, view.epoch)
      this.around.updates.publish({ kind: "rewound", conversation: room.id })
    } else if (view.head > cursor) await this.sync(room)
    if (view.cursor < room.record.cursor) {
      await this.around.call("cursor.advance", { conversation: room.id, seq: room.record.cursor })
    }
    for (const account of room.record.leaving) this.around.letGo(room, account)
  }

  /** Takes over what only the server can know: handles, seats, who is leaving, a freeze. */
  private async take(room: Room, view: ConversationView): Promise<void> {
    if (await heed(room, view)) {
      this.around.updates.publish({ kind: "conversation", conversation: room.id })
      this.around.adopt(room)
    }
    // The group says who is a member.
    const members = view.members.filter(({ account }) => room.accounts.has(account))
    await this.around.learn(members)
    const changes = saidOf(room.record, members)
    if (changes !== undefined) await room.updateRecord(changes)
    const later = members.filter((member) => {
      const known = this.device.lists.newest(member.account)
      return known === undefined || known.counter < BigInt(member.list_counter)
    })
    this.around.watch([...later.map(({ account }) => account), ...room.unlisted])
    for (const account of outsiders(room, view)) await this.around.alarm("outsider", account, room.id)
  }

  private async viewsIfPossible(): Promise<void> {
    // Names of new members will be asked for on the next connect.
    await passes(async () => {
      await this.views()
    })
  }
}
