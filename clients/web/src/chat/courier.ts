/**
 * Carries one conversation's outbox to the server, in order.
 *
 * One entry at a time: the next leaves when the server has acknowledged the one before,
 * so a retry can never overtake. An answer decides what happens:
 *
 * | Answer                    | Then                                                 |
 * |---------------------------|------------------------------------------------------|
 * | accepted                  | next entry                                           |
 * | none; the server's fault  | the same bytes again, after 1, 2, 4 … 30 s, jittered |
 * | `stale_epoch`             | read the log, encrypt anew under the same client id  |
 * | `epoch_taken`             | read the log, plan the change anew; five times       |
 * | `frozen`                  | all waits until there is a fresh group (`mending`)   |
 * | `conflict` of a message   | it is in the log already, from an earlier attempt    |
 * | the caller's fault        | the entry has failed; shown, never sent again        |
 *
 * Before a message is encrypted, every device of the group has to be in the log (see
 * `log/`). One that is not stops this outbox, and the check is made again now and then.
 *
 * What the group owes to the device lists (`duty`) goes before a message, and with a
 * change; when nothing waits, after a random while, since every member could do it.
 *
 * Encrypting anew is safe: an epoch that is over never comes back, so the earlier bytes
 * cannot be accepted any more, wherever they may still be on their way.
 */

import { wakes } from "../e2ee/formats/content"
import type { Rng } from "../e2ee/formats/requests"
import { retryDelayMs } from "../protocol/backoff"
import { NotConnected, Refused } from "../protocol/errors"
import { Bell, type Clock } from "./bell"
import { isOutstanding } from "./change"
import { Committer } from "./committing"
import { isOwed } from "./duty"
import { type Failure, isCode, isFailure, isPutOff, isUnproven, passes } from "./failures"
import type { Link } from "./link"
import type { Outgoing, Waiting } from "./records"
import type { Room } from "./room"

/** How often keys that did not hold are asked for again while something waits. */
const CHECK_AGAIN_MS = 60_000
/** Spreads the devices that all could bring a group in line with the device lists. */
const DUTY_JITTER_MS = 3_000

interface Settling {
  readonly done?: () => void
  readonly failed?: (error: unknown) => void
  readonly promise: Promise<void>
}

/** Sends what waits in one conversation, until its signal is aborted. */
export class Courier {
  /** Rung while nothing waits to be sent. */
  readonly idle = new Bell()
  private readonly committer: Committer
  private readonly work = new Bell()
  private readonly settling = new Map<number, Settling>()
  private renewalRefused = false

  constructor(
    private readonly room: Room,
    private readonly link: Link,
    random: Rng,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {
    this.committer = new Committer(room, link, random, clock, signal)
    signal.addEventListener("abort", () => {
      for (const { failed } of this.settling.values()) failed?.(signal.reason)
    })
  }

  /** Looks into the outbox again. */
  wake(): void {
    this.idle.still()
    this.work.ring()
  }

  /** Tries again to add devices that had no KeyPackage, or were refused. */
  lookForDevices(): void {
    this.room.absent.clear()
    this.wake()
  }

  /** Resolves when an entry is done; throws the error with which it failed. */
  settled(position: number): Promise<void> {
    this.signal.throwIfAborted()
    const known = this.settling.get(position)
    if (known !== undefined) return known.promise
    const settling: Partial<Pick<Settling, "done" | "failed">> = {}
    const promise = new Promise<void>((done, failed) => Object.assign(settling, { done, failed }))
    promise.catch(() => undefined) // nobody may be waiting any more
    this.settling.set(position, { promise, ...settling })
    return promise
  }

  async run(): Promise<void> {
    for (let attempt = 0; ; ) {
      this.signal.throwIfAborted()
      this.work.still()
      const next = this.next()
      if (next === undefined && !this.mustRenew()) {
        this.idle.ring()
        this.link.changed(this.room)
        if (!this.owes()) {
          await this.work.heard(this.signal)
          continue
        }
        if (!(await this.isOurTurn())) continue
      }
      await this.link.ready(this.signal)
      const retry = await this.attempt(next)
      if (retry === undefined) {
        attempt = 0
        continue
      }
      // Without a line `ready` does the waiting; this only lets the line notice its end.
      if (retry === "not_connected") attempt = 0
      const asked = retry === "not_connected" ? 0 : retry.retryAfterMs
      await this.clock.pause(retryDelayMs(attempt, asked, this.clock.random), this.signal)
      attempt += 1
    }
  }

  /** Does the next thing; an error if the same thing has to be done again. */
  private async attempt(next: Waiting | undefined): Promise<Refused | "not_connected" | undefined> {
    try {
      if (this.mustRenew()) await this.committer.renew()
      else if (this.comesFirst(next?.entry)) await this.fulfil()
      else if (next === undefined) await this.renewKeys()
      else await this.do(next)
    } catch (error) {
      if (error instanceof NotConnected) return "not_connected"
      if (isCode(error, "frozen")) {
        await this.freeze()
        return this.room.record.frozen ? undefined : error
      }
      if (error instanceof Refused && error.fault === "server") return error
      if (isCode(error, "stale_epoch") && next !== undefined) return this.encryptAnew(next.position, error)
      if (isUnproven(error) && next?.entry.task === "message") await this.hold(error.code)
      else if (isFailure(error)) await this.fail(next, error)
      else throw error
    }
    return undefined
  }

  private do(next: Waiting): Promise<void> {
    switch (next.entry.task) {
      case "create":
        return this.create(next.position)
      case "change":
        return this.change(next)
      default:
        return this.message(next)
    }
  }

  // --- when ---

  /** The next entry that can go: what waits for a reader lets through what brings one in. */
  private next(): Waiting | undefined {
    const [first] = this.room.waiting.filter(({ entry }) => entry.task !== "message" || !this.hasNoReader)
    return first !== undefined && this.mustWait(first.entry) ? undefined : first
  }

  /**
   * Whether nobody could read a message. Who asked for help writes before somebody is
   * there, and whoever comes later has no keys of an earlier epoch.
   */
  private get hasNoReader(): boolean {
    return this.room.record.kind === "crisis" && this.room.accounts.size === 1
  }

  /** Whether an entry waits until this device is in the group again. */
  private mustWait(entry: Outgoing): boolean {
    return this.room.isHeld || (this.room.record.standing === "broken" && entry.task === "message")
  }

  private mustRenew(): boolean {
    const { standing, frozen } = this.room.record
    return standing === "renewing" && !frozen
  }

  /** Whether there is something to commit that nobody has written. */
  private owes(): boolean {
    return isOwed(this.room.duty) || (this.room.keysAreDue && !this.renewalRefused)
  }

  /** Leaves others a while to commit what all owe; whether nothing else came. */
  private async isOurTurn(): Promise<boolean> {
    const came = await this.work.heardWithin(this.clock.random() * DUTY_JITTER_MS, this.clock, this.signal)
    return !came && this.owes()
  }

  /**
   * Whether the group owes something that has to go before this entry. A change of
   * members takes it along.
   */
  private comesFirst(entry: Outgoing | undefined): boolean {
    return (entry === undefined || entry.task === "message") && isOwed(this.room.duty)
  }

  // --- what nobody has written ---

  /**
   * Brings the group in line with the device lists. A device that cannot be added keeps
   * nobody waiting; one that must go does.
   */
  private async fulfil(): Promise<void> {
    const { duty } = this.room
    try {
      await this.committer.fulfil()
    } catch (error) {
      if (!isFailure(error) || isPutOff(error)) throw error
      await this.giveUp()
      if (duty.add.size === 0) throw new Refused("internal", undefined)
      for (const { device } of duty.add) this.room.absent.add(device)
    }
  }

  /** Gives this leaf fresh keys because it is time; nobody waits for it. */
  private async renewKeys(): Promise<void> {
    try {
      await this.committer.renew()
    } catch (error) {
      if (!isFailure(error) || isPutOff(error)) throw error
      await this.giveUp()
      this.renewalRefused = true
    }
  }

  /** Drops what was staged, unless an earlier attempt has won and lost its answer. */
  private async giveUp(): Promise<void> {
    if (this.room.staged === undefined) return
    await this.catchUp()
    await this.room.unstage()
  }

  private async encryptAnew(position: number, error: Refused): Promise<Refused | undefined> {
    const stale = this.room.group.epoch
    await this.room.updateEntry(position, { payload: new Uint8Array(), proof: null })
    await this.catchUp()
    // Nothing came that ends the epoch: wait, or this would go round and round.
    return this.room.group.epoch > stale ? undefined : error
  }

  private async catchUp(): Promise<void> {
    await passes(() => this.link.sync(this.room))
  }

  private async freeze(): Promise<void> {
    await passes(() => this.link.froze(this.room))
  }

  /** Keeps what waits here until the keys of everybody hold. */
  private async hold(code: string): Promise<void> {
    if (isOwed(this.room.duty)) return // who should not be here can be removed
    this.room.checkNeeded = code
    this.idle.ring()
    this.link.changed(this.room)
    await this.work.heardWithin(CHECK_AGAIN_MS, this.clock, this.signal)
  }

  private async checkMembers(): Promise<void> {
    await this.link.requireMembers(this.room)
    if (this.room.checkNeeded === "") return
    this.room.checkNeeded = ""
    this.idle.still()
    this.link.changed(this.room)
  }

  // --- steps ---

  private async create(position: number): Promise<void> {
    const { id: conversation, group, kind } = this.room.record
    try {
      await this.link.call("conversation.create", { conversation, group, kind })
    } catch (error) {
      // An earlier attempt made it, and its answer was lost: the id is random.
      if (!isCode(error, "conflict")) throw error
    }
    await this.room.created(position)
    this.settle(position)
  }

  private async message({ position, entry }: Waiting): Promise<void> {
    this.room.requireSendable()
    let sealed: Outgoing | undefined = entry
    if (entry.payload.length === 0) {
      if (this.room.group.proposals > 0) return this.committer.renew()
      await this.checkMembers()
      sealed = await this.room.seal(position)
      if (sealed === undefined) return // something changed since: from the beginning
    }
    const { clientId: client_id, payload } = sealed
    let row: Outgoing["row"] = null
    try {
      const message = { conversation: this.room.id, client_id, payload, wakes: wakes(sealed.content) }
      row = await this.link.call("message.send", message)
    } catch (error) {
      if (!isCode(error, "conflict")) throw error
    }
    await this.room.accepted(position, row)
    this.link.messageSent(this.room)
    this.settle(position)
  }

  private async change({ position, entry }: Waiting): Promise<void> {
    if (!(await this.committer.change(position, entry))) return
    await this.room.finish(position)
    this.settle(position)
  }

  // --- outcomes ---

  private async fail(next: Waiting | undefined, error: Failure): Promise<void> {
    await this.giveUp()
    if (next === undefined) {
      // Fresh keys were refused: nothing can be sent with the old ones.
      if (this.room.isFollowed) await this.room.updateRecord({ standing: "broken", cause: error.code })
      return
    }
    const { position, entry } = next
    if (entry.task === "message") {
      await this.room.updateEntry(position, { failed: error.code, payload: new Uint8Array(), proof: null })
      return this.settle(position, error)
    }
    await this.room.finish(position)
    const isDone = entry.task === "change" && !isOutstanding(this.room.outstanding(entry))
    this.settle(position, isDone ? undefined : error)
  }

  private settle(position: number, error?: Failure): void {
    const waiting = this.settling.get(position)
    this.settling.delete(position)
    if (error === undefined) waiting?.done?.()
    else waiting?.failed?.(error)
    this.link.changed(this.room)
  }
}
