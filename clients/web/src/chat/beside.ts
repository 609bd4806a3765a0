/**
 * What members of a group tell each other beside its log, and the secrets they share for
 * more than messages. Nothing of it is kept, but the ratchets move as for any message.
 *
 * Authenticated data of a message in the log names that message; here it is empty. So
 * neither can stand in the place of the other, whatever the server does with it.
 *
 * Everything waits until the keys of everybody in the group have been proven, as a message
 * does: what is told here opens connections, and what is shared seals sound and pictures.
 */

import { leafOf } from "../account/trust"
import { attendanceMark } from "../e2ee/attendance"
import { EngineError } from "../e2ee/engine"
import * as contents from "../e2ee/formats/content"
import { FormatError } from "../e2ee/formats/errors"
import { senderBase } from "../e2ee/frame-keys"
import type { Link } from "./link"
import type { Leaf } from "./leaves"
import { newUuid, type Room } from "./room"

const EMPTY = new Uint8Array(0)

/** Why something cannot be sealed or opened yet: the group is changing. */
export class NotYet extends Error {
  override readonly name = "NotYet"
}

export interface Told {
  readonly from: Leaf
  readonly content: contents.Content
}

/** What frame keys come from, of everybody in one epoch; secrets. */
export interface Bases {
  readonly epoch: bigint
  readonly own: Uint8Array
  /** By device; this one's too. */
  readonly byDevice: ReadonlyMap<string, Uint8Array>
}

export class Beside {
  constructor(
    private readonly link: Pick<Link, "requireMembers">,
    readonly room: Room,
    private readonly random: (length: number) => Uint8Array,
    private readonly now: () => number,
  ) {}

  /** Throws `NotYet`, and what `requireMembers` throws where keys do not hold. */
  async seal(body: contents.Body): Promise<Uint8Array> {
    const content = contents.encode({ id: newUuid(this.random), atMs: this.now(), body, fallback: undefined })
    await this.link.requireMembers(this.room)
    return this.room.step(async ({ engine }) => {
      const stored = this.room.current
      if (!this.room.isProven || stored.group.proposals > 0) throw new NotYet()
      const { group, message } = await engine.protect(stored.group, content, EMPTY)
      return [{ ...stored, group }, message]
    })
  }

  /** Undefined for what nobody in the group said so; throws `NotYet` for what a later epoch may open. */
  async open(sealed: Uint8Array): Promise<Told | undefined> {
    try {
      return await this.room.step(async ({ engine }) => {
        const stored = this.room.current
        const read = await engine.unprotect(stored.group, sealed)
        const content = read.authenticatedData.length === 0 ? contents.decode(read.plaintext) : undefined
        const told =
          content !== undefined && "body" in content ? { from: leafOf(read.sender.identity), content } : undefined
        return [{ ...stored, group: read.group }, told]
      })
    } catch (error) {
      if (error instanceof EngineError && error.code === "wrong_epoch") throw new NotYet()
      if (error instanceof EngineError || error instanceof FormatError) return undefined
      throw error
    }
  }

  /** Of the epoch that the group is in now. Throws `NotYet`. */
  async bases(): Promise<Bases> {
    await this.link.requireMembers(this.room)
    return this.room.step(async ({ engine }) => {
      const stored = this.room.current
      const { group } = stored
      if (!this.room.isProven || group.standing !== "active") throw new NotYet()
      const byDevice = new Map<string, Uint8Array>()
      for (const { leafIndex, identity } of engine.members(group)) {
        byDevice.set(leafOf(identity).device, await senderBase(engine, group, leafIndex))
      }
      const own = await senderBase(engine, group, group.ownLeaf)
      return [stored, { epoch: group.epoch, own, byDevice }]
    })
  }

  /** Of the epoch that the group is in now (`attendance.ts`). Throws `NotYet`. */
  async mark(session: Uint8Array, call: Uint8Array): Promise<Uint8Array> {
    return this.room.step(async ({ engine }) => {
      const stored = this.room.current
      if (!this.room.isProven || stored.group.standing !== "active") throw new NotYet()
      return [stored, await attendanceMark(engine, stored.group, session, call)]
    })
  }
}
