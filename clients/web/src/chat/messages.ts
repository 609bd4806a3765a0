/**
 * What people see: messages, and how later contents change earlier ones.
 *
 * A conversation's log holds contents in order; some of them (edits, reactions,
 * deletions) are about an earlier message. They are folded into it when they arrive. The
 * rules are those every client applies to the same log, hence everyone ends with the same
 * picture:
 *
 * - only the sender's account may edit or delete a message, and edit it only within a
 *   day, by the log's clock;
 * - a message is edited at most 48 times: what anybody ever saw of it fits one report;
 * - a deleted message stays as a tombstone: its place and sender remain. What proves it
 *   is kept for 30 days on the devices of everybody but its sender, unseen, so that
 *   nobody can threaten somebody and take the proof away;
 * - a person's reaction with one emoji is either on or off.
 *
 * Pure: no I/O, no clock. Lines of our own hold codes and accounts, never words: those
 * belong to the screen and its language.
 */

import type { AttachmentReference } from "../e2ee/formats/attachments"
import type { Body, Content, Quoted, Unknown } from "../e2ee/formats/content"
import * as s from "../protocol/shape"
import type { Leaves } from "./leaves"
import { type Change, changeOf } from "./planned"

/** How long a message may be edited after the server recorded it. */
export const EDIT_WINDOW_MS = 86_400_000
/**
 * Later ones change nothing. With fewer than `MAX_REPORTED_ROWS`, a sender cannot put a
 * wording out of a report's reach by editing on.
 */
export const MAX_EDITS = 48
/** How long a message can be reported after its sender took it back. */
export const REPORTABLE_AFTER_DELETION_MS = 30 * 86_400_000
/** Different emoji kept per message: a flood of them must not grow a record. */
export const MAX_REACTIONS = 64

/**
 * "notice": made on this device from a commit. "planned": somebody changed the session
 * page, `events` and `appointment` say how, `text` is the title of a goal. "unknown": of a
 * type that this version does not know, `text` is the sender's fallback. "unreadable":
 * `events` name the cause.
 */
export const MessageKind = s.oneOf("text", "file", "notice", "planned", "unknown", "unreadable")
export type MessageKind = s.Of<typeof MessageKind>

const Reference = s.struct({
  blob: s.octets,
  key: s.octets,
  sha256: s.octets,
  size: s.integer,
  mediaType: s.text,
  name: s.text,
})

/** The file of a message, as its sender describes it: nothing ensures that it is true. */
export const FileInfo = s.struct({
  reference: Reference,
  /** Of a recording: how long it plays. */
  ms: s.nullable(s.integer),
  waveform: s.absent(s.list(s.integer), []),
})
export type FileInfo = s.Of<typeof FileInfo>

/** Something that happened, and to whom. */
export const Happened = s.struct({ code: s.text, accounts: s.absent(s.list(s.text), []) })
export type Happened = s.Of<typeof Happened>

/** When people meet. */
export const Appointment = s.struct({ startsAt: s.integer, minutes: s.integer })

/** One message as it stands after every edit, reaction and deletion so far. */
export const Message = s.struct({
  /** Names the message in replies, reactions, edits and deletions. */
  id: s.text,
  conversation: s.text,
  /** Place in the conversation's log; 0 while it waits in the outbox. */
  seq: s.integer,
  /** When the server recorded it; while it waits, when it was written. Unix milliseconds. */
  at: s.integer,
  /** The sender's, proven by the sender's signature. */
  account: s.text,
  mine: s.flag,
  kind: MessageKind,
  text: s.text,
  events: s.absent(s.list(Happened), []),
  appointment: s.absent(s.nullable(Appointment), null),
  file: s.absent(s.nullable(FileInfo), null),
  replyTo: s.absent(s.nullable(s.text), null),
  quote: s.absent(s.nullable(s.text), null),
  /** Rows of the log that changed the text, in order. */
  edits: s.absent(s.list(s.integer), []),
  deleted: s.absent(s.flag, false),
  /** Of a message that its sender took back: until when what proves it is kept. */
  reportableUntil: s.absent(s.nullable(s.integer), null),
  /** Account ids by emoji, in the order they reacted. */
  reactions: s.absent(s.map(s.list(s.text)), new Map()),
  /** The code with which the server refused it for good; it will not be sent. */
  failed: s.absent(s.text, ""),
})
export type Message = s.Of<typeof Message>

/** Where a content came from, as MLS and the log prove it. */
export interface Origin {
  readonly conversation: string
  readonly seq: number
  /** Unix milliseconds. */
  readonly at: number
  readonly account: string
  readonly mine: boolean
}

/** Whether it is something of somebody else to look at. */
export function isNews({ kind, mine, deleted }: Message): boolean {
  return (kind === "text" || kind === "file" || kind === "planned") && !mine && !deleted
}

/** Whether it is what people answer, react to and take back. */
export function isSpoken({ kind }: Message): boolean {
  return kind === "text" || kind === "file"
}

/** Whether its sender has changed the text. */
export function isEdited(message: Message): boolean {
  return message.edits.length > 0 && !message.deleted
}

/** The rows of the log that hold what its sender wrote, edits included. */
export function rowsOf(message: Message): readonly number[] {
  return message.deleted && message.reportableUntil === null ? [] : [message.seq, ...message.edits]
}

/** Whether it holds, or held, somebody's words that can still be proven. */
export function isReportable(message: Message): boolean {
  const shown = isSpoken(message) || message.kind === "planned" || message.kind === "unknown"
  return shown && message.seq > 0 && rowsOf(message).length > 0
}

/** The message a content begins; undefined if it is about another message. */
export function opened(content: Content | Unknown, origin: Origin): Message | undefined {
  if ("raw" in content) return messageOf(String(origin.seq), "unknown", content.fallback ?? "", origin)
  const { id, body } = content
  switch (body.type) {
    case "text":
      return messageOf(id, "text", body.text, origin)
    case "reply":
      return { ...messageOf(id, "text", body.text, origin), replyTo: body.to.id, quote: body.to.quote ?? null }
    case "file":
      return fileOf(id, { reference: body.attachment, ms: null, waveform: [] }, origin)
    case "voice":
      return fileOf(id, { reference: body.attachment, ms: body.ms, waveform: body.waveform }, origin)
    case "agenda":
    case "goal":
    case "note":
    case "safety.plan":
    case "screening":
      return withChange(messageOf(id, "planned", "", origin), changeOf(body))
    default:
      return undefined
  }
}

/** A line of the session page that says this of it. */
export function withChange(message: Message, { code, text, appointment }: Change): Message {
  return { ...message, text, appointment, events: [{ code, accounts: [message.account] }] }
}

/** A line made here, from what a commit did. */
export function notice(events: readonly Happened[], origin: Origin): Message {
  return { ...messageOf(String(origin.seq), "notice", "", origin), events }
}

/** The place of a row that could not be read, and why. */
export function unreadable(code: string, origin: Origin): Message {
  return { ...messageOf(String(origin.seq), "unreadable", "", origin), events: [{ code, accounts: [] }] }
}

/** What a commit did to the members; `returned` are leaves that came from outside (RFC 9420 §12.4.3.2). */
export function describeChange(before: Leaves, after: Leaves, returned?: Leaves): Happened[] {
  const [were, are] = [before.accounts, after.accounts]
  const stayed = (leaves: Leaves) => [...leaves.accounts].filter((account) => were.has(account) && are.has(account))
  const back = returned?.filter((leaf) => before.has(leaf) && after.has(leaf))
  const found = [
    { code: "joined", accounts: [...are].filter((account) => !were.has(account)) },
    { code: "left", accounts: [...were].filter((account) => !are.has(account)) },
    { code: "device_added", accounts: stayed(after.without(before)) },
    { code: "device_removed", accounts: stayed(before.without(after)) },
    { code: "came_back", accounts: [...(back?.accounts ?? [])] },
  ]
  return found
    .filter(({ accounts }) => accounts.length > 0)
    .map((each) => ({ ...each, accounts: each.accounts.sort() }))
}

/** The id of the message that a content changes; undefined if it changes none. */
export function targetOf(content: Content | Unknown): string | undefined {
  if ("raw" in content) return undefined
  const { body } = content
  return body.type === "edit" || body.type === "delete" || body.type === "reaction" ? body.of : undefined
}

/** `message` after a later content about it; undefined if that may not, or does not. */
export function changed(message: Message, body: Body, origin: Origin): Message | undefined {
  if (message.deleted || !isSpoken(message)) return undefined
  const own = origin.account === message.account
  switch (body.type) {
    case "edit": {
      const soon = origin.at - message.at <= EDIT_WINDOW_MS
      if (!own || message.kind !== "text" || !soon || message.edits.length >= MAX_EDITS) return undefined
      return { ...message, text: body.text, edits: [...message.edits, origin.seq] }
    }
    case "delete":
      return own ? emptied(message, origin.mine ? null : origin.at + REPORTABLE_AFTER_DELETION_MS) : undefined
    case "reaction":
      return reacted(message, body.emoji, body.on, origin.account)
    default:
      return undefined
  }
}

/** The reference with which a reply names `message`. */
export function quoted(message: Message, characters: number): Quoted {
  const quote = Array.from(message.text).slice(0, characters).join("")
  return { id: message.id, quote: quote === "" ? undefined : quote }
}

/** A deleted message when nothing proves any more what it was. */
export function withoutProof(message: Message): Message {
  return { ...message, edits: [], reportableUntil: null }
}

function reacted(message: Message, emoji: string, on: boolean, who: string): Message | undefined {
  const there = message.reactions.get(emoji) ?? []
  if (there.includes(who) === on) return undefined
  if (on && there.length === 0 && message.reactions.size >= MAX_REACTIONS) return undefined
  const people = on ? [...there, who] : there.filter((account) => account !== who)
  const reactions = new Map(message.reactions)
  if (people.length > 0) reactions.set(emoji, people)
  else reactions.delete(emoji)
  return { ...message, reactions }
}

function emptied(message: Message, reportableUntil: number | null): Message {
  const edits = reportableUntil === null ? [] : message.edits
  const gone = { text: "", quote: null, file: null, deleted: true, reactions: new Map<string, string[]>() }
  return { ...message, ...gone, edits, reportableUntil }
}

function fileOf(id: string, file: FileInfo & { reference: AttachmentReference }, origin: Origin): Message {
  return { ...messageOf(id, "file", file.reference.name, origin), file }
}

function messageOf(id: string, kind: MessageKind, text: string, origin: Origin): Message {
  return {
    ...{ id, conversation: origin.conversation, seq: origin.seq, at: origin.at },
    ...{ account: origin.account, mine: origin.mine, kind, text },
    ...{ events: [], appointment: null, file: null, replyTo: null, quote: null, edits: [], failed: "" },
    ...{ deleted: false, reportableUntil: null, reactions: new Map<string, string[]>() },
  }
}
