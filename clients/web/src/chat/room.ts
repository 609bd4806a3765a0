/**
 * One conversation on this device: its state in memory, and every durable step.
 *
 * Everything that moves the group's ratchet goes through here, as one step each: decide,
 * write in one transaction, and only then change the values in memory. Steps run one
 * after the other on the whole device (`Device.checked`), and wait for nothing but the
 * store and the engine. So a page that is closed leaves either the step before or the step
 * after, never bytes that left without a record.
 *
 * An outbox entry lives like this; the arrows are transactions:
 *
 *     written ──seal──▶ sealed ──sent, acknowledged──▶ accepted ──row seen──▶ history
 *        ▲                │                                                   (gone)
 *        └──stale epoch───┘            refused for good ──▶ failed, shown as such
 *
 * `sealed` is what a crash finds: the same bytes are sent again, under the same client id,
 * and the server answers with the row they already have, if they have one.
 */

import type { Device } from "../account/device"
import { idBytes, newId } from "../account/ids"
import type { CredentialCheck } from "../account/trust"
import type { CryptoEngine, Member } from "../e2ee/engine"
import * as contents from "../e2ee/formats/content"
import * as declared from "../e2ee/formats/declared"
import { equal, keyOf } from "../e2ee/octets"
import type { FrozenView, LogRow } from "../protocol/events"
import { carried } from "./bundle"
import { declare, type Outstanding, outstanding, proposalsFor } from "./change"
import { Draft } from "./draft"
import { ChatError } from "./errors"
import { type Duty, dutyOf, isUnlisted, NO_DUTY } from "./duty"
import { mvGroup } from "./founding"
import { keyOf as keyOfLeaf, Leaves, type SignedLeaf } from "./leaves"
import { keysLastMs } from "./own-leaf"
import { type Applied, type How, Run } from "./receiving"
import { settlePassed } from "./passed-over"
import {
  appended,
  type ConversationRecord,
  type Outgoing,
  outgoing,
  replaced,
  saveStored,
  type Staged,
  type Stored,
  type Waiting,
} from "./records"
import * as sessionPage from "./session-page"
import { choose } from "./suites"

/** Who is in a group, as the group itself has them. */
interface Members {
  readonly of: Stored["group"]
  readonly list: readonly Member[]
  readonly leaves: Leaves
}

interface Within {
  readonly engine: CryptoEngine
  readonly check: CredentialCheck
  readonly draft: Draft
}

export class Room {
  /** Why nothing is sent: whose keys do not hold. Empty if nothing waits for that. */
  checkNeeded = ""
  /** What the server says of a frozen conversation, as long as it does. */
  freeze: FrozenView | null = null
  /** When this leaf got its keys, if those are not to last any longer. */
  spentKeysAtMs: number | undefined
  /** Devices that could not be added: they had no KeyPackage. */
  readonly absent = new Set<string>()
  private provenAt = ""
  private members: Members
  private owed: { readonly at: string; readonly duty: Duty } = { at: "", duty: NO_DUTY }
  /** Leaves, and how often device lists had been asked for when they came. */
  private seen = new Map<string, number>()

  /** A conversation as it is stored, and who is in its group. */
  constructor(
    private readonly device: Device,
    private stored: Stored,
    members: readonly Member[],
  ) {
    this.members = membersOf(stored, members)
  }

  get id(): string {
    return this.stored.record.id
  }

  get record(): ConversationRecord {
    return this.stored.record
  }

  get group(): Stored["group"] {
    return this.stored.group
  }

  /** Account and device of every member, as the group itself has them. */
  get leaves(): Leaves {
    return this.members.leaves
  }

  get accounts(): ReadonlySet<string> {
    return this.leaves.accounts
  }

  get staged(): Staged | undefined {
    return this.stored.staged
  }

  /** Everything that waits, in the order it was written, with what has failed. */
  get outbox(): readonly Waiting[] {
    return this.stored.outbox
  }

  /** Whether rows of its log are for this device and can be applied. */
  get isFollowed(): boolean {
    return this.record.standing !== "left" && this.record.standing !== "broken"
  }

  /** Whether what is written waits because a commit did not apply. */
  get isHeld(): boolean {
    return this.record.frozen || this.record.rejects !== null
  }

  /** What is still to be sent, in order; without files to be stored first. */
  get waiting(): readonly Waiting[] {
    return this.outbox.filter(({ entry }) => entry.task !== "file" && !entry.accepted && entry.failed === "")
  }

  /** The files that are still to be stored, in order. */
  get uploads(): readonly Waiting[] {
    return this.outbox.filter(({ entry }) => entry.task === "file" && entry.failed === "")
  }

  entryAt(position: number): Outgoing | undefined {
    return this.outbox.find((waiting) => waiting.position === position)?.entry
  }

  /** Throws `ChatError` unless messages can be sent. */
  requireSendable(): void {
    if (this.record.standing === "left") throw new ChatError("client.not_a_member")
    if (this.record.standing === "broken" && !this.isHeld) throw new ChatError("client.not_readable", this.record.cause)
  }

  // --- the outbox ---

  /**
   * Puts a message into the outbox; it is durable when this resolves, with its id. Throws
   * `ChatError`, or `FormatError` (`content.unsendable`) when peers would not accept it.
   */
  async write(body: contents.Body, fallback?: string, task: "message" | "file" = "message"): Promise<string> {
    this.requireSendable()
    const id = newUuid(this.device.random)
    const content = contents.encode({ id, atMs: this.device.now(), body, fallback })
    await this.append({ task, content })
    return id
  }

  /** Puts a change of members into the outbox; its position. */
  planChange(plan: Partial<Pick<Outgoing, "add" | "remove" | "staff">>): Promise<number> {
    this.requireSendable()
    if (this.isHeld) throw new ChatError("client.not_readable", "frozen")
    return this.append({ task: "change", ...plan })
  }

  /** The server has the file: its message is the next to be sent, after what is encrypted. */
  fileStored(position: number): Promise<void> {
    return this.edit((stored) => {
      const entry = this.entryAt(position)
      if (entry === undefined) return stored
      return appended(replaced(stored, position, undefined), { ...entry, task: "message" })
    })
  }

  /**
   * Resolves once `check` has proven the keys of everybody in the group as it is then.
   * Again if the group or the lists changed meanwhile: what holds is what is encrypted for.
   */
  async prove(check: (leaves: readonly SignedLeaf[]) => Promise<void>): Promise<void> {
    while (!this.isProven) {
      const at = this.membersAt()
      await check(this.members.list)
      if (at === this.membersAt()) this.provenAt = at
    }
  }

  /** Whether the keys of everybody hold, since nothing changed after `prove`. */
  get isProven(): boolean {
    return this.provenAt === this.membersAt()
  }

  /** The server has the conversation. */
  created(position: number): Promise<void> {
    return this.edit((stored) => ({
      ...replaced(stored, position, undefined),
      record: { ...stored.record, standing: "active" },
    }))
  }

  /**
   * Encrypts an entry: ratchet and bytes become durable together. Undefined if the
   * members or their lists are others than those that were proven, or the entry is gone.
   */
  seal(position: number): Promise<Outgoing | undefined> {
    return this.step(async ({ engine }) => {
      const entry = this.entryAt(position)
      const { group } = this.stored
      if (entry === undefined || !this.isProven || group.proposals > 0) return [this.stored, undefined]
      const authenticatedData = declared.encode(idBytes(entry.clientId))
      const made = await engine.protect(group, entry.content, authenticatedData)
      const proof = { ...made.proof, epoch: Number(group.epoch), leafIndex: group.ownLeaf, authenticatedData }
      const sealed = { ...entry, payload: made.message, proof }
      const record = { ...this.record, suiteOpen: false }
      return [{ ...replaced(this.stored, position, sealed), record, group: made.group }, sealed]
    })
  }

  /** Stores what became of an entry; one that is gone stays gone. */
  updateEntry(position: number, change: Partial<Outgoing>): Promise<void> {
    return this.edit((stored) => {
      const entry = this.entryAt(position)
      return entry === undefined ? stored : replaced(stored, position, { ...entry, ...change })
    })
  }

  /** Notes that the server has a message, in this row; null if it did not say in which. */
  accepted(position: number, row: Outgoing["row"]): Promise<void> {
    return this.step(async ({ draft }) => {
      const entry = this.entryAt(position)
      // Its row may have come before this answer, and taken it out of the outbox.
      if (entry === undefined) return [this.stored, undefined]
      const noted = replaced(this.stored, position, { ...entry, accepted: true, row })
      return [await settlePassed(draft, this.device.leaf, noted), undefined]
    })
  }

  /** Removes an entry whose work is done. */
  finish(position: number): Promise<void> {
    return this.edit((stored) => replaced(stored, position, undefined))
  }

  private append(fields: Pick<Outgoing, "task"> & Partial<Outgoing>): Promise<number> {
    const entry = outgoing({ clientId: newId(this.device.random), writtenAtMs: this.device.now(), ...fields })
    return this.step(() => Promise.resolve([appended(this.stored, entry), this.stored.end]))
  }

  // --- commits ---

  /** Those of which who is added now may bring a KeyPackage. */
  get suites(): readonly number[] {
    return this.record.suiteOpen ? this.device.suites : [this.group.suite]
  }

  /**
   * Those of `packages` to add with, once the group's suite is chosen by all. Throws
   * `FormatError` (`mls.state.no_common_suite`), `ClientError` (`client.suite_withheld`).
   */
  settleSuite(packages: readonly Uint8Array[]): Promise<Uint8Array[]> {
    return this.step(async ({ engine }) => {
      const { suite, chosen } = choose(this.suites, packages)
      if (suite === this.group.suite) return [this.stored, chosen]
      const group = await engine.create(this.group.groupId, suite, [mvGroup(this.record.kind)])
      return [{ ...this.stored, group }, chosen]
    })
  }

  /** Drops a staged commit that cannot win any more. */
  unstage(): Promise<void> {
    return this.edit((stored) => ({ ...stored, staged: undefined }))
  }

  /** What of a planned change is still to be done. */
  outstanding(entry: Outgoing): Outstanding {
    return outstanding(entry, this.leaves)
  }

  /** What the group owes to the device lists, before anything else is sent. */
  get duty(): Duty {
    const { standing, frozen } = this.record
    if (frozen || standing === "opening" || !this.isFollowed) return NO_DUTY
    const { lists, leaf } = this.device
    const { groupId, epoch } = this.group
    const at = [keyOf(groupId), epoch, lists.version, lists.asked, this.absent.size].join(" ")
    if (this.owed.at !== at) {
      const listed = (account: string) => lists.devices(account)
      this.owed = { at, duty: dutyOf(leaf, this.leaves, listed, this.absent, this.unjudged()) }
    }
    return this.owed.duty
  }

  /** Accounts of which a leaf is not on the list that is known. */
  get unlisted(): ReadonlySet<string> {
    return this.leaves.filter((leaf) => isUnlisted(leaf, (account) => this.device.lists.devices(account))).accounts
  }

  /** Whether this leaf should get fresh keys, or show a renewed credential. */
  get keysAreDue(): boolean {
    const { standing, frozen, keysAtMs } = this.record
    if (standing !== "active" || frozen) return false
    const own = this.members.list.find(({ leafIndex }) => leafIndex === this.group.ownLeaf)
    if (own !== undefined && !equal(own.identity, this.device.identity.credential)) return true
    if (keysAtMs === this.spentKeysAtMs) return true
    return this.device.now() - keysAtMs > keysLastMs(this.device.identity.device, this.id)
  }

  /**
   * Makes the commit of a planned change and stores it with where it leads. Proposals
   * that wait in the group go with it. Without either the commit gives this leaf fresh
   * keys. `packages`: one KeyPackage (`MLSMessage`) of every device to be added. Throws
   * `EngineError`: a package or its credential is not acceptable.
   */
  stage(entry: Outgoing, packages: readonly Uint8Array[]): Promise<Staged> {
    return this.step(async ({ engine, check, draft }) => {
      const { group } = this.stored
      const proposals = proposalsFor(engine, group, this.outstanding(entry), packages)
      const clientId = idBytes(entry.clientId)
      // Which waiting proposals go with it, the engine decides. So the first commit only
      // tells whom it would add and remove, and is thrown away unsent.
      const effect = await engine.stageCommit(group, proposals)
      const [before, after] = [this.leaves, Leaves.of(engine, effect.accepted)]
      const authenticatedData = declared.encode(
        clientId,
        declare(after.without(before)),
        declare(before.without(after)),
      )
      const made = await engine.stageCommit(group, proposals, { authenticatedData })
      const { commit, welcome = null, groupInfo } = made
      const staged: Staged = {
        ...carried(this.device.random, { commit, welcome, groupInfo }),
        ...{ clientId: entry.clientId, epoch: Number(group.epoch), entering: null },
        nextState: engine.serialise(made.accepted),
        renews: proposals.length === 0 || proposals.some(({ kind }) => kind === "remove"),
      }
      draft.put(...check.puts())
      const record = { ...this.record, suiteOpen: false }
      // The generation that framed the commit is spent even if it loses.
      return [{ ...this.stored, record, group: made.refused, staged }, staged]
    })
  }

  // --- the log ---

  /** Applies rows of the log, see `receiving`. */
  receive(rows: readonly LogRow[], how: How): Promise<Applied> {
    return this.step(async ({ engine, check, draft }) => {
      const applied = await new Run(this.device, engine, check, draft, this.stored, how).apply(rows)
      return [applied.stored, applied]
    })
  }

  /** This state is a copy of an older one: fresh keys before anything is sent. */
  async requireRenewal(): Promise<void> {
    if (this.record.standing === "active") await this.updateRecord({ standing: "renewing", cause: "older_copy" })
  }

  /**
   * The server's log is shorter than what was read: it was put back. Reading goes on from
   * its end, if no change of the group was lost with it.
   */
  rewind(head: number, epoch: number): Promise<void> {
    if (BigInt(epoch) === this.group.epoch) {
      return this.step(async ({ draft }) => {
        await sessionPage.rewind(draft, this.id, head)
        const record = { ...this.record, cursor: head, read: Math.min(this.record.read, head) }
        return [{ ...this.stored, record }, undefined]
      })
    }
    return this.updateRecord({ standing: "broken", cause: "server_put_back" })
  }

  /** Goes on with what was stored by a step of its own (`opening`, `rejoin`, `fresh`). */
  enter(stored: Stored, members: readonly Member[]): void {
    this.stored = stored
    this.members = membersOf(stored, members)
    this.freeze = null
  }

  /** Goes on with a commit that a step of its own has stored. */
  staging(staged: Staged): void {
    this.stored = { ...this.stored, staged }
  }

  /** Stores changed fields of the record. */
  updateRecord(changes: Partial<ConversationRecord>): Promise<void> {
    return this.edit((stored) => ({ ...stored, record: { ...stored.record, ...changes } }))
  }

  /** What `work` makes of the present state becomes durable, and then the state. */
  async step<T>(work: (within: Within) => Promise<readonly [Stored, T]>): Promise<T> {
    return this.device.checked(async (engine, check) => {
      const draft = new Draft(this.device.vault)
      const before = this.stored
      const [after, result] = await work({ engine, check, draft })
      saveStored(draft, engine, before, after)
      await draft.write()
      this.stored = after
      if (after.group !== this.members.of && after.group.standing !== "removed") {
        this.members = membersOf(after, engine.members(after.group))
      }
      return result
    })
  }

  get current(): Stored {
    return this.stored
  }

  private edit(change: (stored: Stored) => Stored): Promise<void> {
    return this.step(() => Promise.resolve([change(this.stored), undefined]))
  }

  private membersAt(): string {
    return [keyOf(this.group.groupId), this.group.epoch, this.device.lists.version].join(" ")
  }

  /** Leaves that came after their account's list was asked for the last time. */
  private unjudged(): Leaves {
    const { lists } = this.device
    const askedAt = (key: string) => this.seen.get(key) ?? lists.asked
    this.seen = new Map(Array.from(this.leaves, (leaf) => [keyOfLeaf(leaf), askedAt(keyOfLeaf(leaf))]))
    return this.leaves.filter((leaf) => !lists.wasAskedSince(leaf.account, askedAt(keyOfLeaf(leaf))))
  }
}

function membersOf({ group }: Stored, list: readonly Member[]): Members {
  return { of: group, list, leaves: Leaves.ofMembers(list) }
}

/** RFC 9562 §5.4. */
export function newUuid(random: (length: number) => Uint8Array): string {
  const octets = random(16)
  octets[6] = ((octets[6] ?? 0) & 0x0f) | 0x40
  octets[8] = ((octets[8] ?? 0) & 0x3f) | 0x80
  return keyOf(octets).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")
}
