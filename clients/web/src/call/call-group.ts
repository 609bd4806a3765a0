/** Keeps the group of a call with a waiting room in step with its roster (`group-rules.ts`). */

import type { Chat } from "../chat/chat"
import { ChatError } from "../chat/errors"
import type { Room } from "../chat/room"
import type { CallNotice } from "../chat/updates"
import { NotConnected, Refused } from "../protocol/errors"
import type { Roster } from "../protocol/events"
import { type GroupStep, type Since, step, waiting } from "./group-rules"

export interface CallGroupAround {
  readonly chat: Pick<Chat, "adopt" | "call" | "create" | "device" | "rooms">
  readonly now: () => number
  readonly failed: (error: unknown) => void
}

export class CallGroup {
  private since: Since = new Map()
  /** Made here, and not named to the server so far. */
  private made: string | undefined
  private isBusy = false
  private readonly admitted = new Set<string>()
  private readonly putOut = new Set<string>()

  constructor(
    private readonly call: string,
    private readonly around: CallGroupAround,
  ) {}

  /** This device lets these in: it adds them as well. */
  admits(members: readonly string[]): void {
    for (const member of members) this.admitted.add(member)
  }

  hear(notice: CallNotice): void {
    const isHeld = notice.name === "member.left" && notice.fact.reason === "held"
    if (notice.name === "member.removed" || isHeld) this.putOut.add(notice.fact.member)
    if (notice.name === "member.joined") this.putOut.delete(notice.fact.joined.member)
  }

  /** Does what is due; a few times a second. */
  look(roster: Roster): void {
    if (!roster.view.has_waiting_room || this.isBusy) return
    this.isBusy = true
    this.advance(roster)
      .catch((error: unknown) => this.missed(error))
      .finally(() => (this.isBusy = false))
  }

  private async advance(roster: Roster): Promise<void> {
    if (this.made !== undefined) return this.attach(this.made)
    const room = roster.group === null ? undefined : this.around.chat.rooms.get(roster.group)
    const { account: own } = this.around.chat.device.identity
    const people = this.around.chat.rooms.get(roster.view.conversation)?.accounts ?? new Set<string>()
    const { admitted, putOut } = this
    const view = { roster, own, people, admitted, putOut, leaves: leavesOf(room), planned: plannedIn(room) }
    const [since, next] = step(this.since, view, this.around.now())
    this.since = since
    if (next !== undefined) await this.take(next, room)
  }

  private async take(next: GroupStep, room: Room | undefined): Promise<void> {
    if (next.kind === "make") this.made = await this.around.chat.create("call", [])
    else if (room !== undefined) {
      const { add, staff, remove } = next
      await room.planChange({ add: [...add], staff: [...staff], remove: [...remove] })
      for (const member of add) this.admitted.delete(member)
      this.around.chat.adopt(room)
    }
  }

  /** Once the server has the group, the call has it too; until then it is asked again. */
  private async attach(made: string): Promise<void> {
    const { chat } = this.around
    const room = chat.rooms.get(made)
    if (room?.record.standing === "opening") {
      // Refused, it waits for nothing any more.
      if (room.waiting.length === 0) this.forgetMade()
      return
    }
    // Past the room: what is not found may be the group, and not the call.
    await chat.call("call.attach", { call: this.call, conversation: made })
    this.forgetMade()
  }

  private forgetMade(): void {
    this.made = undefined
    this.since = waiting(this.around.now())
  }

  private missed(error: unknown): void {
    // Without a line, or while something is repaired: looked at again, soon.
    if (error instanceof NotConnected || error instanceof ChatError) return
    if (!(error instanceof Refused)) return this.around.failed(error)
    // Somebody else leads by now; or the server could not, and is asked again.
    if (error.fault === "caller" && error.retryAfterMs === undefined && error.code !== "no_seat") this.forgetMade()
  }
}

function leavesOf(room: Room | undefined): ReadonlyMap<string, ReadonlySet<string>> | undefined {
  if (room?.isFollowed !== true) return undefined
  const byAccount = new Map<string, Set<string>>()
  for (const { account, device } of room.leaves) {
    byAccount.set(account, (byAccount.get(account) ?? new Set()).add(device))
  }
  return byAccount
}

/** About whom something waits to be committed. */
function plannedIn(room: Room | undefined): ReadonlySet<string> {
  return new Set(room?.waiting.flatMap(({ entry }) => [...entry.add, ...entry.remove]))
}
