/**
 * What people share in a conversation, as it is now: appointments, goals and notes, the lines
 * of a safety plan, answers to screening questions.
 *
 * Of each the last content in the order of the log holds, whoever of the members sent it.
 * Which one is last does not hang on when it is read, so rows of an archive, which come
 * later than those that follow them, lead to the same page.
 *
 * A page has a bound: of each kind the 32 that were changed last, of the lines of a safety
 * plan 128. What was removed or cancelled counts, or an archive could bring it back.
 */

import { getRecord } from "../account/stored"
import * as contents from "../e2ee/formats/content"
import { pieces } from "../e2ee/formats/safety-plan"
import * as s from "../protocol/shape"
import type { Vault } from "../store/vault"
import type { Draft } from "./draft"
import type { Origin } from "./messages"
import { identityOf, isShared, type Shared } from "./planned"

/** Of each kind: what was changed last. */
export const MOST = 32
/** Of kinds that hold many small things. */
export const MOST_OF: Readonly<Record<string, number>> = { "safety.plan": 128 }
const SPACE = "session_page"

/** What holds of one thing that is shared. */
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
  readonly body: Shared
  /** Rises with each change. */
  readonly revision: number
  readonly since: number
  readonly account: string
  /** Whether the last change still waits to be sent. */
  readonly pending: boolean
}

/** The body of a content of this page; undefined for every other. */
export function sharedOf(content: contents.Content | contents.Unknown): Shared | undefined {
  return "raw" in content || !isShared(content.body) ? undefined : content.body
}

/** A body as bodies about one thing each. */
export function single(body: Shared): Shared[] {
  return body.type === "safety.plan" ? pieces(body) : [body]
}

/** Puts a content on the page unless a later one is there; what held until then. */
export async function take(
  draft: Draft,
  body: Shared,
  content: Uint8Array,
  origin: Origin,
): Promise<Shared | undefined> {
  let { entries } = (await draft.load(Page, SPACE, origin.conversation)) ?? { entries: [] }
  let before: Shared | undefined
  for (const piece of single(body)) {
    ;[entries, before] = taken(entries, piece, piece === body ? content : encoded(piece, content), origin)
  }
  draft.save(SPACE, { entries: bounded(entries) }, origin.conversation)
  return before
}

/** A piece of a content, as a content of its own. */
function encoded(piece: Shared, whole: Uint8Array): Uint8Array {
  const content = contents.decode(whole)
  if ("raw" in content) throw new Error("the session page was given something else")
  return contents.encode({ id: content.id, atMs: content.atMs, body: piece })
}

function taken(
  entries: readonly Entry[],
  body: Shared,
  content: Uint8Array,
  { seq, account }: Origin,
): [Entry[], Shared | undefined] {
  const identity = identityOf(body)
  const known = entries.find((each) => each.identity === identity)
  const since = Math.min(known?.since ?? seq, seq)
  const isLater = known === undefined || known.seq < seq
  const kept = isLater ? { identity, seq, since, account, content } : { ...known, since }
  const others = entries.filter((each) => each !== known)
  return [[...others, kept], isLater && known !== undefined ? bodyOf(known) : undefined]
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
  waiting: readonly Shared[],
): Promise<Held[]> {
  const { entries } = (await getRecord(vault, Page, SPACE, conversation)) ?? { entries: [] }
  const found = new Map<string, Held>()
  for (const entry of entries) {
    const { seq: revision, since, account, identity } = entry
    found.set(identity, { body: bodyOf(entry), revision, since, account, pending: false })
  }
  for (const body of waiting.flatMap(single)) {
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
    return (counts.get(kind) ?? 0) <= (MOST_OF[kind] ?? MOST)
  })
  return kept.reverse()
}

function bodyOf({ content }: Entry): Shared {
  const body = sharedOf(contents.decode(content))
  if (body === undefined) throw new Error("the session page holds something else")
  return body
}
