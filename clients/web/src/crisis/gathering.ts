/**
 * The conversation of a case: made by the person's device while they wait, named to the
 * desk, and kept to those whom the desk has given the case to.
 *
 * It is made early, so that what somebody writes while nobody is there is in its outbox,
 * where it is kept and sent once, to those who can read it then.
 */

import { getRecord, putRecord } from "../account/stored"
import type { Chat } from "../chat/chat"
import { Conversation } from "../chat/conversation"
import { isFailure } from "../chat/failures"
import type { Room } from "../chat/room"
import { NotConnected } from "../protocol/errors"
import type { CaseView } from "../protocol/events"
import * as s from "../protocol/shape"
import { seatsDue, since } from "./seats"
import { isFollowedUp } from "./stage"

const SPACE = "case"
/** Which conversation this device has made for which case. */
const Made = s.struct({ case: s.text, conversation: s.text })

/** How long one that is elsewhere is waited for: somebody in it may let this device in. */
const ELSEWHERE_MS = 10_000

const NOBODY: ReadonlySet<string> = new Set()

export class Gathering {
  private made: s.Of<typeof Made> | undefined
  private unlisted: ReadonlyMap<string, number> = new Map()
  private elsewhereSince: number | undefined
  private following = false
  private changing = false

  private constructor(
    private readonly chat: Chat,
    /** Whether this device is the one that makes it: another of the account may have asked. */
    private readonly mayMake: () => boolean,
  ) {}

  static async open(chat: Chat, mayMake: () => boolean): Promise<Gathering> {
    const gathering = new Gathering(chat, mayMake)
    gathering.made = await getRecord(chat.device.vault, Made, SPACE)
    return gathering
  }

  /** The conversation of a case, as far as it is on this device. */
  roomOf(view: CaseView): Room | undefined {
    const named = view.conversation === null ? undefined : this.chat.rooms.get(view.conversation)
    if (named?.isFollowed === true) return named
    const own = this.made?.case === view.case ? this.chat.rooms.get(this.made.conversation) : undefined
    return own?.isFollowed === true ? own : undefined
  }

  /** Accounts that can read what is written for a case. */
  inside(view: CaseView): ReadonlySet<string> {
    return this.roomOf(view)?.accounts ?? NOBODY
  }

  /**
   * Does what is due for a case, and gives it as it is then; what cannot be done now is due
   * again at the next look.
   */
  async follow(view: CaseView): Promise<CaseView> {
    if (this.following) return view
    this.following = true
    try {
      const room = this.roomOf(view) ?? (await this.make(view))
      if (room?.record.standing !== "active") return view
      const named = await this.named(view, room)
      this.seat(room, named)
      return named
    } catch (error) {
      if (!isPutOff(error)) throw error
      return view
    } finally {
      this.following = false
    }
  }

  /** Tells the desk where to find the person, unless it knows. */
  private async named(view: CaseView, { id }: Room): Promise<CaseView> {
    if (id === view.conversation || id !== this.made?.conversation) return view
    const { case: after } = await this.chat.call("case.attach", { conversation: id })
    return after ?? view
  }

  private async make(view: CaseView): Promise<Room | undefined> {
    // Nobody is asked how they are in a conversation that they have never seen.
    if (!this.mayMake() || isFollowedUp(view) || !this.isDue(view)) return undefined
    const conversation = await this.chat.create("crisis", [])
    this.made = { case: view.case, conversation }
    await this.chat.device.vault.write([putRecord(SPACE, this.made)])
    return this.chat.room(conversation)
  }

  /** One that is named, and not here, may still be entered: by words, or after a reload. */
  private isDue({ conversation }: CaseView): boolean {
    if (conversation === null) return true
    const now = this.chat.device.now()
    this.elsewhereSince ??= now
    return now - this.elsewhereSince >= ELSEWHERE_MS
  }

  /** One change at a time; the next look finds what is left. */
  private seat(room: Room, { helpers }: CaseView): void {
    const { identity, now } = { identity: this.chat.device.identity, now: this.chat.device.now() }
    const isMine = room.record.seats.get(identity.account) === "staff"
    this.unlisted = since(this.unlisted, room.accounts, identity.account, helpers, now)
    const { add, remove } = seatsDue(room.accounts, identity.account, helpers, this.unlisted, now)
    if (!isMine || !this.mayMake() || this.changing || add.length + remove.length === 0) return
    this.changing = true
    this.chat.own(this.change(room, add, remove))
  }

  private async change(room: Room, add: readonly string[], remove: readonly string[]): Promise<void> {
    const conversation = new Conversation(this.chat, room)
    try {
      // First whoever comes: a case is never without somebody who has it.
      for (const account of add) await conversation.add([account])
      for (const account of remove) await conversation.removeMember(account)
    } catch (error) {
      if (!isPutOff(error) && !this.chat.signal.aborted) throw error
    } finally {
      this.changing = false
    }
  }
}

function isPutOff(error: unknown): boolean {
  return error instanceof NotConnected || isFailure(error)
}
