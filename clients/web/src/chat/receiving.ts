/**
 * What one row of the log does: to the group, to the history, to the standing.
 *
 * The order of the log is the order of processing, and each row is applied once: a
 * conversation at cursor c takes row c + 1, drops what is at or before c, and reads the
 * log for anything later. The rows of one run, the group state they lead to, the messages
 * they hold and the cursor become durable in one transaction.
 *
 * | Row                                   | What happens                               |
 * |---------------------------------------|--------------------------------------------|
 * | the very bytes of an outbox entry     | that message is sent: history, not outbox  |
 * | the very bytes of the staged commit   | the staged state becomes the state         |
 * | somebody's message                    | decrypted, into the history                |
 * | somebody's commit                     | checked, applied; a staged one is dropped  |
 * | a commit from outside                 | as above, once its account's list is known |
 * | a commit that shows another account   | as above, once the log proves the key;     |
 * | key than before                       | else nothing more is read, nobody blamed   |
 * | a message nobody can read             | its place and the cause, into the history  |
 * | a commit that does not apply          | the conversation cannot be followed: said  |
 * | what stands in for a commit, alone    | the same; but the commit is not rejected   |
 * | the first commit of a fresh group     | not followed before this device is in it   |
 * | a message of this leaf, unknown here  | this state is a copy of an older one; what |
 * |                                       | waits under its client id was sent         |
 *
 * Rows that were pushed are hints. One that does not decrypt is not applied but looked up
 * in the log first, or a forged push could take the place of the real row.
 */

import type { Device } from "../account/device"
import { idBytes } from "../account/ids"
import { type CredentialCheck, leafOf, OtherAccountKey } from "../account/trust"
import {
  type CryptoEngine,
  EngineError,
  type Group,
  type Processed,
  type ReadApplication,
  type ReadCommit,
} from "../e2ee/engine"
import type { LogHead } from "../e2ee/formats/carried"
import * as declared from "../e2ee/formats/declared"
import { isDetached } from "../e2ee/formats/detached"
import { FormatError } from "../e2ee/formats/errors"
import { type FramingHeader, readHeader } from "../e2ee/formats/headers"
import { equal } from "../e2ee/octets"
import type { LogRow, RejectReason } from "../protocol/events"
import type { Put } from "../store/vault"
import { checkCommit, CommitRefused, ListNeeded } from "./commit-rules"
import { onRow } from "./cursor"
import type { Draft } from "./draft"
import type { Said } from "./evidence"
import { type Additions, History, noAdditions } from "./history"
import { type Leaf, Leaves } from "./leaves"
import { describeChange, notice, type Origin, unreadable } from "./messages"
import { type ConversationRecord, type Outgoing, replaced, type Stored, type StoredProof } from "./records"
import { noteSaid } from "./shown-credentials"

/** What a run of rows led to. */
export interface Applied {
  readonly stored: Stored
  readonly history: Additions
  readonly membersChanged: boolean
  /** The log has to be read: a row is missing, or a pushed one is unreadable. */
  readonly mustSync: boolean
  /** The next row can be judged once this account's newest device list is known. */
  readonly listNeeded: string | undefined
  /** There are rows left, for another run. */
  readonly cut: boolean
}

export interface How {
  /** The server gave the rows as its log, not as a push. */
  readonly fromLog: boolean
  /** Accounts whose device lists were asked for after these rows. */
  readonly asked?: ReadonlySet<string>
  /** What to store, with its row, of a head of the transparency log; see `log/gossip`. */
  readonly heard: (head: LogHead) => Promise<Put[]>
}

/** One run over rows of one conversation, within one step. */
export class Run {
  private readonly additions = noAdditions()
  private readonly history: History
  private membersChanged = false
  private mustSync = false
  private listNeeded: string | undefined
  private showsOtherKey = false
  private cut = false
  /** How many first contacts of the check were relied on. */
  private relied = 0

  constructor(
    private readonly device: Device,
    private readonly engine: CryptoEngine,
    private readonly check: CredentialCheck,
    private readonly draft: Draft,
    private stored: Stored,
    private readonly how: How,
  ) {
    this.history = new History(draft, this.additions)
  }

  /** Applies rows in order, into the draft. They are ascending. */
  async apply(rows: readonly LogRow[]): Promise<Applied> {
    for (const row of rows) {
      const step = onRow(this.record.cursor, row.seq)
      if (step === "drop") continue
      if (step === "sync" || !(await this.row(row))) {
        this.mustSync = true
        break
      }
      if (this.listNeeded !== undefined) {
        if (this.how.asked?.has(this.listNeeded) !== true) break
        this.refuseUnlisted()
      }
      if (this.record.standing === "broken") break
      this.update({ cursor: row.seq })
      if (this.record.standing === "left") break // what follows is not for this device
      if (this.check.puts().length > this.relied) {
        // Nobody relies on whom a refused row showed: the next run knows nothing of it.
        this.cut = true
        break
      }
    }
    this.draft.put(...this.check.puts().slice(0, this.relied))
    for (const head of this.additions.heads) this.draft.put(...(await this.how.heard(head)))
    return {
      ...{ stored: this.stored, history: this.additions, membersChanged: this.membersChanged },
      ...{ mustSync: this.mustSync, listNeeded: this.listNeeded, cut: this.cut },
    }
  }

  private get record(): ConversationRecord {
    return this.stored.record
  }

  private update(changes: Partial<ConversationRecord>): void {
    this.stored = { ...this.stored, record: { ...this.record, ...changes } }
  }

  /** Applies one row; false if it cannot be read and was only pushed. */
  private async row(row: LogRow): Promise<boolean> {
    if (await this.own(row)) return true
    const { fromLog } = this.how
    let header: FramingHeader | undefined
    try {
      header = readHeader(row.payload)
      if (beginsAnother(header, this.stored.group)) {
        if (fromLog) this.replacedElsewhere()
        return fromLog
      }
      this.check.refusal = undefined
      const processed = await this.engine.process(this.stored.group, row.payload)
      await this.take(row, processed)
      this.relied = this.check.puts().length
    } catch (error) {
      if (error instanceof CommitRefused) this.break(error.code, "refused")
      else if (error instanceof ListNeeded) this.listNeeded = error.account
      else if (error instanceof EngineError && this.check.refusal instanceof OtherAccountKey) {
        this.listNeeded = this.check.refusal.account
        this.showsOtherKey = true
      } else if (error instanceof EngineError && error.code === "own_message") {
        if (!fromLog) return false
        await this.unknownOwn(row, header)
      } else if (error instanceof EngineError || error instanceof FormatError) {
        if (!fromLog) return false
        await this.unreadable(row, header, error.code)
      } else throw error
    }
    return true
  }

  /**
   * Whether the row is something this device sent; then it is settled. Compared by its
   * bytes: anybody in the group could repeat a client id.
   */
  private async own(row: LogRow): Promise<boolean> {
    const { staged, outbox } = this.stored
    if (staged !== undefined && equal(staged.commit, row.payload)) {
      const before = this.leaves()
      const renewed = staged.renews ? { keysAtMs: row.at } : {}
      const active = this.record.standing === "renewing" ? ({ standing: "active", cause: "" } as const) : {}
      this.stored = { ...this.stored, group: this.engine.restore(staged.nextState), staged: undefined }
      this.update({ ...renewed, ...active })
      await this.announce(row, before, this.device.identity.account)
      return true
    }
    for (const { position, entry } of outbox) {
      if (entry.task !== "message" || entry.failed !== "") continue
      if (entry.payload.length === 0) break // entries are encrypted in order: none after it is
      if (!equal(entry.payload, row.payload)) continue
      await this.deliver(said(row, this.device.leaf, entry.content, entry.proof))
      this.stored = replaced(this.stored, position, undefined)
      return true
    }
    return false
  }

  private async take(row: LogRow, processed: Processed): Promise<void> {
    if (processed.kind === "commit") await this.commit(row, processed)
    else if (processed.kind === "application") await this.message(row, processed)
    this.stored = { ...this.stored, group: processed.group }
  }

  private async message(row: LogRow, processed: ReadApplication): Promise<void> {
    const leaf = leafOf(processed.sender.identity)
    const { group } = this.stored
    const state = processed.epoch === group.epoch ? { engine: this.engine, group } : undefined
    try {
      const one = said(row, leaf, processed.plaintext, proofOf(processed))
      await this.deliver(one)
      const isMine = leaf.account === this.device.identity.account
      if (await noteSaid(this.draft, this.record.id, one, isMine, state)) this.additions.proofs = true
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      await this.history.add(unreadable(error.code, this.origin(row, leaf.account)))
    }
  }

  private async deliver(one: Said): Promise<void> {
    await this.history.deliver(this.record.id, one, one.account === this.device.identity.account)
    // Read on another device of this account.
    if (this.additions.read > this.record.read) this.update({ read: this.additions.read })
  }

  private async commit(row: LogRow, processed: ReadCommit): Promise<void> {
    const before = this.leaves()
    const atSeconds = Math.floor(Math.min(this.device.now(), row.at) / 1000)
    checkCommit(this.record.kind, this.engine, this.stored.group, processed, this.device.lists, atSeconds)
    // Whatever was staged ends the same epoch: it lost, and is planned anew.
    this.stored = { ...this.stored, group: processed.group, staged: undefined }
    if (processed.group.standing === "removed") this.update({ standing: "left", cause: "removed" })
    const committer = leafOf(processed.committer.identity)
    await this.announce(row, before, committer.account, processed.external ? new Leaves([committer]) : undefined)
  }

  /** Shows what a commit did: no change of members goes unseen. */
  private async announce(row: LogRow, before: Leaves, committer: string, returned?: Leaves): Promise<void> {
    const isOut = this.record.standing === "left"
    const after = isOut ? before.without(new Leaves([this.device.leaf])) : this.leaves()
    const events = describeChange(before, after, returned)
    if (events.length === 0) return
    this.membersChanged = true
    await this.history.add(notice(events, this.origin(row, committer)))
  }

  /**
   * Our leaf sent something that this state knows nothing of. Then this state is an older
   * copy, and its next generation has been used: a second message under it would repeat a
   * key and nonce. A commit gives the leaf fresh keys. (A member may forge this for a
   * message it sends in our name, since the sender data is not signed; all it gains is
   * such a commit.)
   */
  private async unknownOwn(row: LogRow, header: FramingHeader | undefined): Promise<void> {
    if (header === undefined) return
    if (header.contentType === "application") await this.sentAlready(row, header)
    if (header.epoch !== this.stored.group.epoch) return
    if (header.contentType === "commit") this.break("older_copy", null)
    else this.update({ standing: "renewing", cause: "older_copy" })
  }

  /**
   * What waits here may be what the row holds, under bytes that this state never made: the
   * server takes nothing else under its client id, and the row comes only once. Nobody can
   * guess the id before it was sent.
   */
  private async sentAlready(row: LogRow, { authenticatedData }: FramingHeader): Promise<void> {
    const names = ({ clientId }: Outgoing) => equal(declared.encode(idBytes(clientId)), authenticatedData)
    const sent = this.stored.outbox.find(({ entry }) => entry.content.length > 0 && names(entry))
    if (sent === undefined) return
    await this.deliver(said(row, this.device.leaf, sent.entry.content, null))
    this.stored = replaced(this.stored, sent.position, undefined)
  }

  private async unreadable(row: LogRow, header: FramingHeader | undefined, code: string): Promise<void> {
    const { epoch } = this.stored.group
    if (header?.contentType === "commit" && header.epoch >= epoch) {
      // What the server lost or damaged is not the committer's fault.
      if (isDetached(row.payload)) this.break("commit.missing", null)
      else this.break("commit.invalid", header.epoch === epoch ? "invalid" : null)
      return
    }
    await this.history.add(unreadable(`message.${code}`, this.origin(row, "")))
  }

  private replacedElsewhere(): void {
    this.break("replaced", null)
    this.update({ frozen: true })
  }

  /**
   * The list of the account does not say what it would have to. Where that is a key, the
   * committer may be right and the server keeps the proof back: that is held against nobody.
   */
  private refuseUnlisted(): void {
    if (this.showsOtherKey) this.break("commit.other_account_key", null)
    else this.break("commit.unlisted_device", "refused")
  }

  /** Goes no further. `rejects`: the commit is at fault, and not this device. */
  private break(cause: string, rejects: RejectReason | null): void {
    this.update({ standing: "broken", cause, rejects })
  }

  private leaves(): Leaves {
    return Leaves.of(this.engine, this.stored.group)
  }

  private origin(row: LogRow, account: string): Origin {
    const mine = account === this.device.identity.account
    return { conversation: this.record.id, seq: row.seq, at: row.at, account, mine }
  }
}

/** What a message proves of its sender. */
export function proofOf(processed: ReadApplication): StoredProof {
  const { sender, authenticatedData, signature, groupContext, leafNode } = processed
  const epoch = Number(processed.epoch)
  return { epoch, leafIndex: sender.leafIndex, authenticatedData, signature, groupContext, leafNode }
}

function said(row: LogRow, { account, device }: Leaf, content: Uint8Array, proof: StoredProof | null): Said {
  return { seq: row.seq, at: row.at, account, device, content, proof }
}

/** Whether a row is the first commit of a group in this one's place. */
function beginsAnother(header: FramingHeader, group: Group): boolean {
  return header.contentType === "commit" && header.epoch === 0n && !equal(header.groupId, group.groupId)
}
