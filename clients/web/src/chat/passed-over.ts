/**
 * Messages of this device that the server took, in rows that it never applies: a commit
 * before them broke the group, and the conversation goes on behind them, in a fresh group
 * or on another leaf. The server said which row each of them got, so they are sent.
 */

import type { Draft } from "./draft"
import { History, noAdditions } from "./history"
import type { Leaf } from "./leaves"
import { replaced, type Stored } from "./records"

/** Those that wait although their row is behind the cursor come into the history. */
export async function settlePassed(draft: Draft, { account, device }: Leaf, stored: Stored): Promise<Stored> {
  const { id, cursor } = stored.record
  const history = new History(draft, noAdditions())
  let settled = stored
  for (const { position, entry } of stored.outbox) {
    const { row, content, proof } = entry
    if (row === null || row.seq > cursor) continue
    await history.deliver(id, { ...row, account, device, content, proof }, true)
    settled = replaced(settled, position, undefined)
  }
  return settled
}
