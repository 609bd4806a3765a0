/**
 * The session page of a conversation: appointments, goals and notes as they are now.
 *
 * Of each the last content in the order of the log holds, whoever of the members sent it.
 * Which one is last does not hang on when it is read, so rows of an archive, which come
 * later than those that follow them, lead to the same page.
 *
 * A page has a bound: of each kind the 32 that were changed last. What was removed or
 * cancelled counts, or an archive could bring it back.
 */

import { getRecord } from "../account/stored"
import * as contents from "../e2ee/formats/content"
import { isPlanned, type Planned } from "../e2ee/formats/session-page"
import * as s from "../protocol/shape"
import type { Vault } from "../store/vault"
import type { Draft } from "./draft"
import type { Origin } from "./messages"
import { identityOf } from "./planned"

/** Of each kind: what was changed last. */
export const MOST = 32
const SPACE = "session_page"

/** What holds of one appointment, goal or note. */
const Entry = s.struct({
  identity: s.text,
  /** The row that said it. */
  seq: s.integer,
  /** The first row that was about it, of those that were read. */
  since: s.integer,
  account: s.text,
  content: s.octets,
})
type Entry = s.Of<typeof Entry>
const Page = s.struct({ entries: s.list(Entry) })

/** An entry, read. */
export interface Held {
  readonly body: Planned
  /** Rises with each change. */
  readonly revision: number
  readonly since: number
  readonly account: string
  /** Whether the last change still waits to be sent. */
  readonly pending: boolean
}

/** The body of a content of this page; undefined for every other. */
export function plannedOf(content: contents.Content | contents.Unknown): Planned | undefined {
  return "raw" in content || !isPlanned(content.body) ? undefined : content.body
}

/** Puts a content on the page unless a later one is there; what held until then. */
export async function take(
  draft: Draft,
  body: Planned,
  content: Uint8Array,
  { conversation, seq, account }: Origin,
): Promise<Planned | undefined> {
  const { entries } = (await draft.load(Page, SPACE, conversation)) ?? { entries: [] }
  const identity = identityOf(body)
  const known = entries.find((each) => each.identity === identity)
  const since = Math.min(known?.since ?? seq, seq)
  const isLater = known === undefined || known.seq < seq
  const kept = isLater ? { identity, seq, since, account, content } : { ...known, since }
  const others = entries.filter((each) => each !== known)
  draft.save(SPACE, { entries: bounded([...others, kept]) }, conversation)
  return isLater && known !== undefined ? bodyOf(known) : undefined
}

/** The server's log ends here again: what comes next is later than all there is. */
export async function rewind(draft: Draft, conversation: string, head: number): Promise<void> {
  const page = await draft.load(Page, SPACE, conversation)
  if (page === undefined) return
  const entries = page.entries.map((each) => ({ ...each, seq: Math.min(each.seq, head) }))
  draft.save(SPACE, { entries }, conversation)
}

/** Everything on the page once `waiting` is sent; what was begun first comes first. */
export async function held(
  vault: Vault,
  conversation: string,
  own: string,
  waiting: readonly Planned[],
): Promise<Held[]> {
  const { entries } = (await getRecord(vault, Page, SPACE, conversation)) ?? { entries: [] }
  const found = new Map<string, Held>()
  for (const entry of entries) {
    const { seq: revision, since, account, identity } = entry
    found.set(identity, { body: bodyOf(entry), revision, since, account, pending: false })
  }
  for (const body of waiting) {
    const identity = identityOf(body)
    const { revision = 0, since = Number.MAX_SAFE_INTEGER } = found.get(identity) ?? {}
    found.set(identity, { body, revision: revision + 1, since, account: own, pending: true })
  }
  return [...found.values()].sort((one, other) => one.since - other.since)
}

function bounded(entries: readonly Entry[]): Entry[] {
  const newest = [...entries].sort((one, other) => other.seq - one.seq)
  const counts = new Map<string, number>()
  const kept = newest.filter(({ identity }) => {
    const kind = identity.slice(0, identity.indexOf("/"))
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    return (counts.get(kind) ?? 0) <= MOST
  })
  return kept.reverse()
}

function bodyOf({ content }: Entry): Planned {
  const body = plannedOf(contents.decode(content))
  if (body === undefined) throw new Error("the session page holds something else")
  return body
}
