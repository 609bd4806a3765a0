/**
 * What the vault holds of conversations.
 *
 * conversation    one record per conversation: cursor, members, standing
 * group           the MLS group state of a conversation, as the engine writes it
 * staged          a commit that was made and is not yet seen in the log
 * fresh           the first commit of a fresh group, for a frozen conversation
 * outbox          what waits to be sent, in order, per conversation
 * outbox_end      the next place in it: none is used twice
 * message         the history, by the log's sequence number
 * message_id      where in the history a message is
 * evidence        the rows behind the history and their proof (`evidence.ts`)
 */

import { allRecords, getRecord, readRecord } from "../account/stored"
import type { CryptoEngine, Group } from "../e2ee/engine"
import { ConversationKind, RejectReason, Seat } from "../protocol/events"
import * as s from "../protocol/shape"
import type { Vault } from "../store/vault"
import type { Draft } from "./draft"
import { LeafShape } from "./leaves"
import { Message } from "./messages"

/**
 * What this device can do in a conversation. "opening": made here, the server does not
 * know it yet. "renewing": readable, but nothing is sent before a commit gives this leaf
 * fresh keys. "broken": a commit could not be applied, nothing after it can be read here.
 */
export const Standing = s.oneOf("opening", "active", "renewing", "left", "broken")
export type Standing = s.Of<typeof Standing>

export const ConversationRecord = s.struct({
  id: s.text,
  group: s.text,
  kind: ConversationKind,
  standing: Standing,
  /** Every row up to this one is stored or was deliberately passed over. */
  cursor: s.integer,
  /** Every message up to this row was seen by the person. */
  read: s.integer,
  /** By account, as the server last said; who is in the group, the group says. */
  seats: s.absent(s.map(Seat), new Map()),
  leaving: s.absent(s.list(s.text), []),
  /** Why the standing is what it is: a code for the words on the screen. */
  cause: s.absent(s.text, ""),
  /** When this device's leaf got the keys it has. */
  keysAtMs: s.integer,
  /** Made here, and nothing was encrypted so far: the suite can still be chosen. */
  suiteOpen: s.absent(s.flag, false),
  /** Set if the commit that ends the epoch of the group state does not apply here. */
  rejects: s.absent(s.nullable(RejectReason), null),
  /** Nothing can be sent before this device is in a fresh group. */
  frozen: s.absent(s.flag, false),
})
export type ConversationRecord = s.Of<typeof ConversationRecord>

/** What an outbox entry asks for. A "file" becomes a "message" when it is stored. */
export const Task = s.oneOf("create", "message", "change", "file")
export type Task = s.Of<typeof Task>

/** What proves later who wrote an application message. */
export const StoredProof = s.struct({
  epoch: s.integer,
  leafIndex: s.integer,
  authenticatedData: s.octets,
  signature: s.octets,
  groupContext: s.octets,
  leafNode: s.octets,
})
export type StoredProof = s.Of<typeof StoredProof>

const NONE = new Uint8Array()

/**
 * One entry of an outbox. `payload` is empty until the entry is encrypted, in the
 * transaction that moves the group's ratchet. From then on the same bytes are sent until
 * the server says that they are for an epoch that is over.
 */
export const Outgoing = s.struct({
  task: Task,
  clientId: s.text,
  writtenAtMs: s.integer,
  content: s.absent(s.octets, NONE),
  payload: s.absent(s.octets, NONE),
  proof: s.absent(s.nullable(StoredProof), null),
  accepted: s.absent(s.flag, false),
  /** Where the log has it, if the server said so. */
  row: s.absent(s.nullable(s.struct({ seq: s.integer, at: s.integer })), null),
  /** The code with which it was refused for good. */
  failed: s.absent(s.text, ""),
  add: s.absent(s.list(s.text), []),
  remove: s.absent(s.list(s.text), []),
  /** Those of `add` that take a staff seat. */
  staff: s.absent(s.list(s.text), []),
  addDevices: s.absent(s.list(LeafShape), []),
  removeDevices: s.absent(s.list(LeafShape), []),
  attempts: s.absent(s.integer, 0),
})
export type Outgoing = s.Of<typeof Outgoing>

/** A fresh entry. */
export function outgoing(entry: Pick<Outgoing, "task" | "clientId" | "writtenAtMs"> & Partial<Outgoing>): Outgoing {
  return {
    ...{ content: NONE, payload: NONE, proof: null, accepted: false, row: null, failed: "", attempts: 0 },
    ...{ add: [], remove: [], staff: [], addDevices: [], removeDevices: [] },
    ...entry,
  }
}

/** An entry at its place. */
export interface Waiting {
  readonly position: number
  readonly entry: Outgoing
}

/** A part of a bundle that is stored as a blob (`bundle.ts`). */
export const Part = s.struct({ blob: s.octets, octets: s.octets })
export type Part = s.Of<typeof Part>

/** A commit as it is sent, and the group state it leads to. */
export const Staged = s.struct({
  clientId: s.text,
  /** The epoch it ends. */
  epoch: s.integer,
  commit: s.octets,
  welcome: s.nullable(s.octets),
  groupInfo: s.nullable(s.octets),
  nextState: s.octets,
  /** Whether it gives this leaf fresh keys: a commit of Adds alone does not. */
  renews: s.absent(s.flag, false),
  /** What is stored before, because it is too large to be sent along. */
  parts: s.absent(s.list(Part), []),
  /** Set if it brings this device in from outside (RFC 9420 §12.4.3.2). */
  entering: s.absent(s.nullable(ConversationKind), null),
})
export type Staged = s.Of<typeof Staged>

/** All that is stored of one conversation and moves with its log. */
export interface Stored {
  readonly record: ConversationRecord
  readonly group: Group
  readonly staged: Staged | undefined
  readonly outbox: readonly Waiting[]
  /** The next place in the outbox. */
  readonly end: number
}

/** Every conversation, by its record. */
export function conversations(vault: Vault): Promise<ConversationRecord[]> {
  return allRecords(vault, ConversationRecord, "conversation")
}

/** A conversation as it was stored; undefined if its group state is missing. */
export async function loadStored(
  vault: Vault,
  engine: Pick<CryptoEngine, "restore">,
  record: ConversationRecord,
): Promise<Stored | undefined> {
  const group = await vault.get("group", record.id)
  if (group === undefined) return undefined
  const rows = await vault.scan("outbox", record.id)
  return {
    record,
    group: engine.restore(group),
    staged: await getRecord(vault, Staged, "staged", record.id),
    outbox: rows.map(({ position, value }) => ({ position, entry: readRecord(Outgoing, "outbox", value) })),
    end: (await getRecord(vault, s.integer, "outbox_end", record.id)) ?? 0,
  }
}

/** Writes what of a conversation is another than before. */
export function saveStored(
  draft: Draft,
  engine: Pick<CryptoEngine, "serialise">,
  before: Stored | undefined,
  after: Stored,
): void {
  const { id } = after.record
  if (after.record !== before?.record) draft.save("conversation", after.record, id)
  if (after.group !== before?.group) draft.put({ space: "group", name: id, value: engine.serialise(after.group) })
  if (after.staged !== before?.staged) {
    if (after.staged === undefined) draft.delete("staged", id)
    else draft.save("staged", after.staged, id)
  }
  saveOutbox(draft, id, before?.outbox ?? [], after.outbox)
  if (after.end !== before?.end) draft.save("outbox_end", after.end, id)
}

function saveOutbox(draft: Draft, id: string, before: readonly Waiting[], after: readonly Waiting[]): void {
  const known = new Map(before.map((waiting) => [waiting.position, waiting.entry]))
  for (const { position, entry } of after) {
    if (known.get(position) !== entry) draft.save("outbox", entry, id, position)
    known.delete(position)
  }
  for (const position of known.keys()) draft.delete("outbox", id, position)
}

/** A conversation with one more entry at the end of its outbox. */
export function appended(stored: Stored, entry: Outgoing): Stored {
  return { ...stored, outbox: [...stored.outbox, { position: stored.end, entry }], end: stored.end + 1 }
}

/** A conversation in which the entry at a place is another one, or gone. */
export function replaced(stored: Stored, position: number, entry: Outgoing | undefined): Stored {
  const outbox = stored.outbox.flatMap((waiting) => {
    if (waiting.position !== position) return [waiting]
    return entry === undefined ? [] : [{ position, entry }]
  })
  return { ...stored, outbox }
}

// --- the history ---

export function saveMessage(draft: Draft, message: Message): void {
  draft.save("message", message, message.conversation, message.seq)
  draft.save("message_id", message.seq, `${message.conversation}/${message.id}`)
}

/** The message with this id. */
export async function messageById(draft: Draft, conversation: string, id: string): Promise<Message | undefined> {
  const seq = await draft.load(s.integer, "message_id", `${conversation}/${id}`)
  return seq === undefined ? undefined : draft.load(Message, "message", conversation, seq)
}

/** The last messages before a row (undefined: before none), oldest first. */
export async function latestMessages(
  vault: Vault,
  conversation: string,
  limit: number,
  before?: number,
): Promise<Message[]> {
  const bound = before === undefined ? {} : { before }
  const rows = await vault.scan("message", conversation, { limit, newestFirst: true, ...bound })
  return rows.reverse().map(({ value }) => readRecord(Message, "message", value))
}

/** Messages after a row, oldest first. */
export async function messagesAfter(
  vault: Vault,
  conversation: string,
  after: number,
  limit: number,
): Promise<Message[]> {
  const rows = await vault.scan("message", conversation, { after, limit })
  return rows.map(({ value }) => readRecord(Message, "message", value))
}
