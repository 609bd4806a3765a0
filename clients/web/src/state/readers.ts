/** Who has read what one wrote oneself: shown beside the newest of it, and never beside a line of what happened. */

import type { Message as Stored } from "../chat/messages"

/** The newest message of mine that somebody has read, by message: their handles. */
export function readersOf(
  messages: readonly Stored[],
  readUpTo: ReadonlyMap<string, number>,
  own: string,
  nameOf: (account: string) => string,
): ReadonlyMap<string, readonly string[]> {
  const readers = new Map<string, string[]>()
  for (const [account, upTo] of readUpTo) {
    if (account === own) continue
    const last = messages.findLast(
      ({ mine, seq, kind }) => mine && seq > 0 && kind !== "notice" && kind !== "planned" && seq <= upTo,
    )
    if (last) readers.set(last.id, [...(readers.get(last.id) ?? []), nameOf(account)])
  }
  return readers
}
