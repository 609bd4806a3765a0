/**
 * Joins what this device is welcomed to.
 *
 * A Welcome is confirmed, and forgotten by the server, once what it led to is stored. One
 * of which a part cannot be had stays with the server and is asked for again; one that
 * cannot be used is confirmed, since being added again is what helps.
 */

import type { Device } from "../account/device"
import type { Call, KeyPool } from "../account/keys"
import { OneAtATime } from "../account/one-at-a-time"
import { OtherAccountKey } from "../account/trust"
import { EngineError } from "../e2ee/engine"
import { FormatError } from "../e2ee/formats/errors"
import { BlobDamaged } from "../protocol/blobs"
import type { GroupWelcomed } from "../protocol/events"
import { CommitRefused } from "./commit-rules"
import * as opening from "./opening"
import { PartUnavailable, type Parts } from "./parts"
import { Room } from "./room"

/** The conversations of this device, and the reading of their logs. */
export interface Logs {
  readonly rooms: ReadonlyMap<string, Room>
  sync(room: Room): Promise<void>
  entered(room: Room): Promise<void>
  /** Asks for an account's newest device list. */
  ask(account: string): Promise<void>
}

/** What it needs of the client around it. */
interface Around {
  readonly call: Call
  readonly parts: Parts
  adopt(room: Room): void
  alarm(kind: "refused", subject: string, detail: string): Promise<void>
}

export class Welcoming {
  private readonly works = new OneAtATime()
  /** Those of which a part could not be had: they stay with the server. */
  private readonly left = new Set<string>()
  /** Those of which it is damaged: not asked for again on this connection. */
  private readonly damaged = new Set<string>()

  constructor(
    private readonly device: Device,
    private readonly keys: KeyPool,
    private readonly logs: Logs,
    private readonly around: Around,
  ) {}

  /** Tries damaged ones again: this is another connection. */
  forgetDamage(): void {
    this.damaged.clear()
  }

  /** Takes everything that waits with the server. */
  async takeAll(): Promise<void> {
    this.left.clear()
    for (let more = true; more; ) {
      // What is confirmed is gone, so the next answer begins after these.
      const waiting = await this.around.call("welcome.list", {})
      for (const welcomed of waiting.welcomes) await this.take(welcomed)
      more = waiting.more && waiting.welcomes.some(({ welcome }) => !this.left.has(welcome))
    }
  }

  /** Joins, stores, and only then lets the server forget the Welcome. */
  take(welcomed: GroupWelcomed): Promise<void> {
    return this.works.run(async () => {
      const { conversation, welcome } = welcomed
      const known = this.logs.rooms.get(conversation)
      if (known === undefined || (await this.isOver(known))) {
        const payload = await this.wholeWelcome(welcomed)
        if (payload === undefined) {
          this.left.add(welcome)
          return
        }
        await this.join({ ...welcomed, payload })
      }
      await this.around.call("welcome.confirm", { welcome })
      const joined = this.logs.rooms.get(conversation)
      if (joined !== undefined) await this.logs.entered(joined)
    })
  }

  /** Whether this device was removed, and may be added again. */
  private async isOver(room: Room): Promise<boolean> {
    await this.logs.sync(room)
    return !room.isFollowed
  }

  private async wholeWelcome({ welcome, payload }: GroupWelcomed): Promise<Uint8Array | undefined> {
    if (this.damaged.has(welcome)) return undefined
    try {
      return await this.around.parts.whole(payload)
    } catch (error) {
      if (error instanceof FormatError) return payload // it refers to nothing, and opens nothing
      if (error instanceof PartUnavailable) return undefined
      if (!(error instanceof BlobDamaged)) throw error
      this.damaged.add(welcome)
      await this.around.alarm("refused", "", "a Welcome (client.blob_damaged)")
      return undefined
    }
  }

  /** Joins; once more for each account whose key was not known, when its list was asked for. */
  private async join(welcomed: GroupWelcomed): Promise<void> {
    const asked = new Set<string>()
    for (let other = await this.joinOnce(welcomed, asked); other !== undefined; ) {
      await this.logs.ask(other)
      asked.add(other)
      other = await this.joinOnce(welcomed, asked)
    }
  }

  /** Joins if the Welcome can be used; an account whose list may change that, unless it was asked for. */
  private async joinOnce(welcomed: GroupWelcomed, asked: ReadonlySet<string>): Promise<string | undefined> {
    const known = this.logs.rooms.get(welcomed.conversation)
    try {
      const held = await this.keys.privateFor(welcomed.payload)
      const { stored, members } = await opening.join(this.device, held, welcomed, known)
      this.around.adopt(known ?? new Room(this.device, stored, members))
    } catch (error) {
      if (error instanceof OtherAccountKey && !asked.has(error.account)) return error.account
      // It stays unreadable however often it is tried; being added again helps.
      const isBad = error instanceof EngineError || error instanceof FormatError || error instanceof CommitRefused
      if (!isBad) throw error
      if (error instanceof FormatError) await this.around.alarm("refused", "", `a Welcome (${error.code})`)
    }
    return undefined
  }
}
