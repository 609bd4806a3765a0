/**
 * Lines of an archive that no row with a proof stands behind: what a device says itself.
 *
 *     {"line": kind, "id": …, "text": …, "deleted": …}   in `HistoryMessage.content`
 *     {"names": {account: handle}}                       before the first row of a piece
 *
 * Both clients read them. Python's hold an English sentence with accounts as `{id}`, ours
 * codes and accounts (`messages`): here is how one becomes the other. A sentence that is
 * none of these is shown as it is.
 */

import { idBytes, idText } from "../account/ids"
import type { HistoryMessage } from "../e2ee/formats/history-piece"
import * as s from "../protocol/shape"
import { type Happened, type Message, MessageKind } from "./messages"

export const NOBODY = new Uint8Array(16)

const Line = s.struct({ line: MessageKind, id: s.text, text: s.text, deleted: s.absent(s.flag, false) })
type Line = s.Of<typeof Line>
const About = s.struct({ names: s.map(s.text) })
type About = s.Of<typeof About>

/** After the accounts of whom it is said. */
const SAID: Readonly<Record<string, string>> = {
  joined: "joined",
  left: "left",
  device_added: "added a device",
  device_removed: "removed a device",
  came_back: "came back on a device",
  came_in_here: "came in on this device",
  came_back_here: "came back on this device",
  set_up_anew: "set up the encryption anew, because a change could not be applied",
  not_in_fresh_group: "is not in it any more",
}
/** What such a line adds, and the reader's own history says otherwise. */
const BESIDE: readonly string[] = ["messages in between are not here", "what was before is not here"]
const ACCOUNTS = /^((?:\{[0-9a-f]{32}\}(?: and )?)+) (.+)$/
const ADDED = /^\{([0-9a-f]{32})\} added \{([0-9a-f]{32})\}$/
const UNREADABLE = /^this message could not be decrypted \((.+)\)$/
const OTHER_FORM = "a message in a form this version does not accept"

/** A message as a line of an archive. */
export function lineOf(message: Message): HistoryMessage {
  const { kind, kind: line, id, deleted, events } = message
  const text = kind !== "planned" && events.length > 0 ? events.map(sentence).join("; ") : message.text
  return {
    ...{ seq: BigInt(message.seq), atMs: BigInt(message.at), device: NOBODY },
    account: message.account === "" ? NOBODY : idBytes(message.account),
    content: encoded({ line, id, text, deleted }),
  }
}

/** What the rows do not say: handles by account. */
export function about(names: ReadonlyMap<string, string>, first: HistoryMessage): HistoryMessage {
  const content = encoded({ names: Object.fromEntries(names) })
  return { seq: first.seq, atMs: first.atMs, account: NOBODY, device: NOBODY, content }
}

/** A line that the writer of the archive made itself; undefined for a row. */
export function madeHere({ content, evidence }: HistoryMessage): Line | About | undefined {
  if (evidence !== undefined) return undefined
  return read(Line, content) ?? read(About, content)
}

/** The message that a line was. */
export function messageOf(conversation: string, row: HistoryMessage, line: Line, own: string): Message {
  const account = row.account.some((octet) => octet !== 0) ? idText(row.account) : ""
  const isSaid = line.line === "notice" || line.line === "unreadable"
  const events = isSaid ? eventsOf(line.text) : undefined
  return {
    ...{ id: line.id, conversation, seq: Number(row.seq), at: Number(row.atMs), account, mine: account === own },
    ...{ kind: line.line, text: events === undefined ? line.text : "", events: events ?? [], deleted: line.deleted },
    ...{ appointment: null, file: null, replyTo: null, quote: null, edits: [], failed: "", reportableUntil: null },
    reactions: new Map<string, string[]>(),
  }
}

function sentence({ code, accounts }: Happened): string {
  const named = accounts.map((account) => `{${account}}`)
  if (code === "added_by") return named.join(" added ")
  if (code === "not_in_fresh_group") return named.map((name) => `${name} ${SAID[code]}`).join("; ")
  const said = SAID[code]
  if (said !== undefined) return `${named.join(" and ")} ${said}`
  return code.startsWith("message.")
    ? `this message could not be decrypted (${code.slice("message.".length)})`
    : OTHER_FORM
}

function eventsOf(text: string): Happened[] | undefined {
  const parts = text.split("; ").filter((part) => !BESIDE.includes(part))
  const events = parts.map(eventOf)
  return events.some((event) => event === undefined) ? undefined : events.filter((event) => event !== undefined)
}

function eventOf(said: string): Happened | undefined {
  const [, by, added] = ADDED.exec(said) ?? []
  if (by !== undefined && added !== undefined) return { code: "added_by", accounts: [by, added] }
  const [, reason] = UNREADABLE.exec(said) ?? []
  if (reason !== undefined) return { code: `message.${reason}`, accounts: [] }
  if (said === OTHER_FORM) return { code: "content.invalid", accounts: [] }
  const [, named = "", verb] = ACCOUNTS.exec(said) ?? []
  const code = Object.keys(SAID).find((each) => SAID[each] === verb)
  if (code === undefined) return undefined
  return { code, accounts: Array.from(named.matchAll(/[0-9a-f]{32}/g), ([account]) => account) }
}

function encoded(line: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(line))
}

function read<T>(shape: s.Shape<T>, content: Uint8Array): T | undefined {
  try {
    return shape.read(JSON.parse(new TextDecoder().decode(content)), "line")
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof s.ShapeError) return undefined
    throw error
  }
}
