/**
 * How far everybody in a conversation has read, as they told: the last row, by account.
 *
 * Only who wants to tell does (`contents.Receipt`). It stands beside the history, in the
 * transaction of the row that brought it, and never goes back.
 */

import { getRecord } from "../account/stored"
import * as s from "../protocol/shape"
import type { Vault } from "../store/vault"
import type { Draft } from "./draft"

const SPACE = "read_by"
const ReadBy = s.map(s.integer)

export async function note(draft: Draft, conversation: string, account: string, upTo: number): Promise<void> {
  const known = (await draft.load(ReadBy, SPACE, conversation)) ?? new Map<string, number>()
  if ((known.get(account) ?? 0) >= upTo) return
  draft.save(SPACE, new Map(known).set(account, upTo), conversation)
}

export async function readBy(vault: Vault, conversation: string): Promise<ReadonlyMap<string, number>> {
  return (await getRecord(vault, ReadBy, SPACE, conversation)) ?? new Map<string, number>()
}
