/**
 * What an application message says: versioned JSON, read strictly, kept whole.
 *
 *     {"v": 1, "t": type, "id": uuid, "at": ms, "b": {…}, "fb": "plain text"}
 *
 * `fb` (optional) is what a client too old for the type shows instead. Who sent it, in
 * which order and when come from MLS and the log: everything in here is a claim.
 *
 * | `t`      | `b`                                                               |
 * |----------|-------------------------------------------------------------------|
 * | text     | `text`, `lang`? (BCP 47 tag)                                      |
 * | reply    | `text`, `to` = {`id`, `quote`? (its first 80 characters)}         |
 * | edit     | `of`, `text`                                                      |
 * | reaction | `of`, `emoji`, `on`                                               |
 * | delete   | `of`                                                              |
 * | receipt  | `up_to` (log sequence number), `kind` delivered / read            |
 * | typing   | `on`                                                              |
 * | system   | `code`, `args`: made locally from a commit, never accepted        |
 *
 * and file, voice, history.key, location.key, log.head as `carried.ts` describes them,
 * agenda, goal and note as `session-page.ts` does, safety.plan as `safety-plan.ts`, screening
 * as `screening.ts`, rtc.signal as `rtc-signal.ts`, caption as `caption.ts`, credential.ask and
 * credential.shown as `shown-credential.ts`. An unknown `t` or a higher `v` is returned with
 * its octets, unknown members are kept and written back.
 */

import * as caption from "./caption"
import type { Caption } from "./caption"
import * as carried from "./carried"
import type { Carried, Kept, Written } from "./carried"
import { FormatError } from "./errors"
import { Members, parse } from "./ijson"
import { type Json, type JsonObject, stringify } from "./json"
import * as rtcSignal from "./rtc-signal"
import type { RtcSignal } from "./rtc-signal"
import * as safetyPlan from "./safety-plan"
import type { PlanChange } from "./safety-plan"
import * as screening from "./screening"
import type { Screening } from "./screening"
import * as sessionPage from "./session-page"
import type { Planned } from "./session-page"
import * as shownCredential from "./shown-credential"
import type { CredentialAsk, CredentialShown } from "./shown-credential"

/** The only `v` whose members are read. */
export const VERSION = 1
/** Longest `quote` of a reply, in Unicode code points. */
export const MAX_QUOTE_CHARACTERS = 80
/** Longest `emoji`, in code points: joined sequences take more than ten. */
export const MAX_EMOJI_CHARACTERS = 32
/** Longest `t`, `lang` or `code`. */
export const MAX_TAG_CHARACTERS = 64

/** Plain text without markup. */
export interface Text extends Kept {
  readonly type: "text"
  readonly text: string
  /** BCP 47 tag, when the sender stated one. */
  readonly lang?: string | undefined
}

/** What a reply answers. */
export interface Quoted extends Kept {
  readonly id: string
  /** At most its first 80 characters, so that a reply stands without its target. */
  readonly quote?: string | undefined
}

/** Plain text that answers an earlier message. */
export interface Reply extends Kept {
  readonly type: "reply"
  readonly text: string
  readonly to: Quoted
}

/** A new text for the sender's own earlier message. */
export interface Edit extends Kept {
  readonly type: "edit"
  readonly of: string
  readonly text: string
}

/** An emoji set on, or taken from, a message. */
export interface Reaction extends Kept {
  readonly type: "reaction"
  readonly of: string
  readonly emoji: string
  readonly on: boolean
}

/** The sender asks peers to drop the sender's own earlier message. */
export interface Delete extends Kept {
  readonly type: "delete"
  readonly of: string
}

/** Everything up to a sequence number of the log was delivered or read. */
export interface Receipt extends Kept {
  readonly type: "receipt"
  readonly upTo: number
  readonly kind: "delivered" | "read"
}

/** The sender started or stopped typing. */
export interface Typing extends Kept {
  readonly type: "typing"
  readonly on: boolean
}

/** A line of the conversation that this device made itself from a commit. */
export interface System extends Kept {
  readonly type: "system"
  readonly code: string
  readonly args: JsonObject
}

/** The body of every type known here. */
export type Body =
  | Text
  | Reply
  | Edit
  | Reaction
  | Delete
  | Receipt
  | Typing
  | System
  | Carried
  | Planned
  | PlanChange
  | Screening
  | RtcSignal
  | Caption
  | CredentialAsk
  | CredentialShown

/** One message of a known type. */
export interface Content extends Kept {
  /** A UUID in lower case. */
  readonly id: string
  /** The sender's clock, Unix milliseconds: shown, never trusted for order. */
  readonly atMs: number
  readonly body: Body
  /** `fb`: what a client that does not know the type shows as plain text. */
  readonly fallback?: string | undefined
}

/** One message that needs another client: keep it, show `fallback`, do nothing. */
export interface Unknown {
  /** The plaintext as it was received. */
  readonly raw: Uint8Array
  readonly type: string
  readonly version: number
  readonly fallback?: string | undefined
}

/**
 * The message that a plaintext holds. `local` says whether this device wrote it: only then
 * a `system` line is read, else it is `content.local_only`. `content.too_large`,
 * `content.malformed` for what is no JSON within the limits, else `content.invalid`.
 */
export function decode(data: Uint8Array, local = false): Content | Unknown {
  const envelope = new Members(parse(data), "message")
  const version = envelope.integer("v", 1)
  const type = envelope.text("t", MAX_TAG_CHARACTERS)
  const fallback = envelope.optionalText("fb")
  const read = READERS.get(type)
  if (version > VERSION || read === undefined) return { raw: data, type, version, fallback }
  if (type === "system" && !local) {
    throw new FormatError("content.local_only", "system lines are made on the device that shows them")
  }
  const id = envelope.uuid("id")
  const atMs = envelope.integer("at")
  return { id, atMs, body: read(envelope.object("b")), fallback, extra: envelope.rest() }
}

/**
 * Whether whoever is away may be woken for this content of our own: for something new to
 * read, hear or see and for an appointment that is planned, moved or cancelled, and for
 * nothing else.
 */
export function wakes(data: Uint8Array): boolean {
  const content = decode(data, true)
  return "body" in content && ["text", "reply", "file", "voice", "agenda"].includes(content.body.type)
}

/**
 * The plaintext of a message; an unknown one is its own octets. It has been read back, so
 * that peers accept and understand what is sent: else `content.unsendable`.
 */
export function encode(content: Content | Unknown, local = false): Uint8Array {
  if ("raw" in content) return content.raw
  try {
    const text = stringify(envelopeOf(content))
    const data = new TextEncoder().encode(text)
    const read = decode(data, local)
    if (!("raw" in read) && stringify(envelopeOf(read)) === text) return data
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw new FormatError("content.unsendable", `receivers would refuse it: ${error.message}`)
  }
  throw new FormatError("content.unsendable", "receivers would read something else")
}

function envelopeOf(content: Content): JsonObject {
  return objectOf(content, {
    v: VERSION,
    t: content.body.type,
    id: content.id,
    at: content.atMs,
    b: objectOf(content.body, written(content.body)),
    fb: content.fallback,
  })
}

/** What was kept, then what is known; nothing kept may stand in for something known. */
function objectOf({ extra }: Kept, known: Written): JsonObject {
  const members = new Map<string, Json>(extra)
  for (const [name, value] of Object.entries(known)) {
    if (members.has(name)) throw new FormatError("content.unsendable", `a kept member is called ${name}`)
    if (value !== undefined) members.set(name, value)
  }
  return members
}

function written(body: Body): Written {
  switch (body.type) {
    case "text":
      return { text: body.text, lang: body.lang }
    case "reply":
      return { text: body.text, to: objectOf(body.to, { id: body.to.id, quote: body.to.quote }) }
    case "edit":
      return { of: body.of, text: body.text }
    case "reaction":
      return { of: body.of, emoji: body.emoji, on: body.on }
    case "delete":
      return { of: body.of }
    case "receipt":
      return { up_to: body.upTo, kind: body.kind }
    case "typing":
      return { on: body.on }
    case "system":
      return { code: body.code, args: body.args }
    case "agenda":
    case "goal":
    case "note":
      return sessionPage.written(body)
    case "safety.plan":
      return safetyPlan.written(body, objectOf)
    case "screening":
      return screening.written(body, objectOf)
    case "rtc.signal":
      return rtcSignal.written(body, objectOf)
    case "caption":
      return caption.written(body)
    case "credential.ask":
    case "credential.shown":
      return shownCredential.written(body)
    default:
      return carried.written(body)
  }
}

const READERS = new Map<string, (body: Members) => Body>([
  ["text", readText],
  ["reply", readReply],
  ["edit", (b) => ({ type: "edit", of: b.uuid("of"), text: b.text("text"), extra: b.rest() })],
  ["reaction", readReaction],
  ["delete", (b) => ({ type: "delete", of: b.uuid("of"), extra: b.rest() })],
  ["receipt", (b) => ({ type: "receipt", upTo: b.integer("up_to"), kind: readKind(b), extra: b.rest() })],
  ["typing", (b) => ({ type: "typing", on: b.flag("on"), extra: b.rest() })],
  ["system", readSystem],
  ["file", carried.readFile],
  ["voice", carried.readVoice],
  ["history.key", carried.readHistoryKey],
  ["location.key", carried.readLocationKey],
  ["log.head", carried.readLogHead],
  ["agenda", sessionPage.readAgenda],
  ["goal", sessionPage.readGoal],
  ["note", sessionPage.readNote],
  ["safety.plan", safetyPlan.readPlanChange],
  ["screening", screening.readScreening],
  ["rtc.signal", rtcSignal.readRtcSignal],
  ["caption", caption.readCaption],
  ["credential.ask", shownCredential.readCredentialAsk],
  ["credential.shown", shownCredential.readCredentialShown],
])

function readText(body: Members): Text {
  const text = body.text("text")
  return { type: "text", text, lang: body.optionalText("lang", MAX_TAG_CHARACTERS), extra: body.rest() }
}

function readReply(body: Members): Reply {
  const to = body.object("to")
  const quote = to.optionalText("quote", MAX_QUOTE_CHARACTERS)
  const quoted = { id: to.uuid("id"), quote, extra: to.rest() }
  return { type: "reply", text: body.text("text"), to: quoted, extra: body.rest() }
}

function readReaction(body: Members): Reaction {
  const emoji = body.text("emoji", MAX_EMOJI_CHARACTERS)
  return { type: "reaction", of: body.uuid("of"), emoji, on: body.flag("on"), extra: body.rest() }
}

function readKind(body: Members): Receipt["kind"] {
  const kind = body.text("kind")
  if (kind !== "delivered" && kind !== "read") {
    throw new FormatError("content.invalid", "kind is neither delivered nor read")
  }
  return kind
}

function readSystem(body: Members): System {
  const code = body.text("code", MAX_TAG_CHARACTERS)
  return { type: "system", code, args: body.object("args").rest(), extra: body.rest() }
}
