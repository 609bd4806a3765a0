/**
 * What was said, as it was signed: kept so that it can be shown to others later.
 *
 * The history holds messages as they stand; this holds the rows of the log that made
 * them: plaintext, sender, and what proves that the sender wrote it. A report shows some
 * of these rows to the safety team, and the account's archive is written from them.
 *
 * A proof needs the GroupContext that the signature covers (RFC 9420 §6.1) and the
 * LeafNode with the sender's key. Both are the same for many rows: they stand once per
 * epoch, and a row names their place there. (One epoch number can have two contexts when
 * a device comes back to a group in another way than it left.)
 */

import { idBytes } from "../account/ids"
import { readRecord } from "../account/stored"
import { MAX_FIELD_BYTES, type HistoryMessage } from "../e2ee/formats/history-piece"
import { equal } from "../e2ee/octets"
import * as s from "../protocol/shape"
import type { Vault } from "../store/vault"
import { Draft } from "./draft"
import type { StoredProof } from "./records"

const ROWS = "evidence"
const EPOCHS = "evidence_epoch"

const Shortened = s.struct({
  epoch: s.integer,
  leafIndex: s.integer,
  authenticatedData: s.octets,
  signature: s.octets,
  groupContext: s.integer,
  leafNode: s.integer,
})

const Row = s.struct({
  at: s.integer,
  account: s.text,
  device: s.text,
  content: s.octets,
  proof: s.nullable(Shortened),
})
type Row = s.Of<typeof Row>

const Epoch = s.struct({ groupContexts: s.list(s.octets), leafNodes: s.list(s.octets) })
const EMPTY: s.Of<typeof Epoch> = { groupContexts: [], leafNodes: [] }

/** One row of the log as it was read. */
export interface Said {
  readonly seq: number
  /** When the log took it, Unix milliseconds. */
  readonly at: number
  readonly account: string
  readonly device: string
  readonly content: Uint8Array
  readonly proof: StoredProof | null
}

/** Stores a row of the log with its proof, if it has one that is short enough. */
export async function keep(draft: Draft, conversation: string, said: Said): Promise<void> {
  const { seq, at, account, device, content } = said
  const proof = said.proof && isShort(said.proof) ? await shortened(draft, conversation, said.proof) : null
  draft.save(ROWS, { at, account, device, content, proof }, conversation, seq)
}

export function forget(draft: Draft, conversation: string, seqs: Iterable<number>): void {
  for (const seq of seqs) draft.delete(ROWS, conversation, seq)
}

/** The row with this number, as archives and reports hold it. */
export async function kept(vault: Vault, conversation: string, seq: number): Promise<HistoryMessage | undefined> {
  const row = await new Draft(vault).load(Row, ROWS, conversation, seq)
  return row && whole(vault, conversation, seq, row)
}

/** The first rows after a number, in the order of the log. */
export async function keptAfter(
  vault: Vault,
  conversation: string,
  after: number,
  limit: number,
): Promise<HistoryMessage[]> {
  const rows = await vault.scan(ROWS, conversation, { after, limit })
  return Promise.all(
    rows.map(({ position, value }) => whole(vault, conversation, position, readRecord(Row, ROWS, value))),
  )
}

function isShort(proof: StoredProof): boolean {
  const { authenticatedData, groupContext, leafNode } = proof
  return [authenticatedData, groupContext, leafNode].every(({ length }) => length <= MAX_FIELD_BYTES)
}

async function shortened(draft: Draft, conversation: string, proof: StoredProof): Promise<s.Of<typeof Shortened>> {
  const epoch = (await draft.load(Epoch, EPOCHS, conversation, proof.epoch)) ?? EMPTY
  const [groupContexts, groupContext] = placed(epoch.groupContexts, proof.groupContext)
  const [leafNodes, leafNode] = placed(epoch.leafNodes, proof.leafNode)
  if (groupContexts !== epoch.groupContexts || leafNodes !== epoch.leafNodes) {
    draft.save(EPOCHS, { groupContexts, leafNodes }, conversation, proof.epoch)
  }
  return { ...proof, groupContext, leafNode }
}

/** The parts with this one among them, and its place. */
function placed(parts: readonly Uint8Array[], part: Uint8Array): [readonly Uint8Array[], number] {
  const at = parts.findIndex((known) => equal(known, part))
  return at < 0 ? [[...parts, part], parts.length] : [parts, at]
}

async function whole(vault: Vault, conversation: string, seq: number, row: Row): Promise<HistoryMessage> {
  const said = {
    ...{ seq: BigInt(seq), atMs: BigInt(row.at), content: row.content },
    ...{ account: idBytes(row.account), device: idBytes(row.device) },
  }
  if (row.proof === null) return said
  const { groupContext, leafNode, epoch, ...rest } = row.proof
  const shared = await new Draft(vault).load(Epoch, EPOCHS, conversation, epoch)
  const [context, leaf] = [shared?.groupContexts[groupContext], shared?.leafNodes[leafNode]]
  if (context === undefined || leaf === undefined) return said
  return { ...said, evidence: { ...rest, epoch: BigInt(epoch), groupContext: context, leafNode: leaf } }
}
