/**
 * Message bodies that carry keys and hashes: files, keys, log heads.
 *
 * | `t`          | `b`                                                           |
 * |--------------|---------------------------------------------------------------|
 * | file         | `blob`, `key`, `sha256`, `size`, `mime`, `name`               |
 * | voice        | the members of a file, `ms`, `waveform` (0 to 64 of 0…255)    |
 * | history.key  | `period`, `key`                                               |
 * | location.key | `case`, `key`, `sha256`                                       |
 * | log.head     | `log`, `size`, `root`, `at`, `sig`                            |
 *
 * Octets are base64url without padding. `content.ts` has the envelope around them.
 */

import { ATTACHMENT_KEY_BYTES, type AttachmentReference, BLOB_ID_BYTES, checkReference, cleanName } from "./attachments"
import * as base64url from "./base64url"
import { SIGNATURE_BYTES } from "./ed25519"
import { FormatError } from "./errors"
import type { Members } from "./ijson"
import type { Json, JsonObject } from "./json"
import { HASH_BYTES, ID_BYTES } from "./requests"
import { LOCATION_HALF_BYTES } from "./sealed-location"

/** Length of the key of a conversation's archive. */
export const HISTORY_KEY_BYTES = 32
/** Most bars of a voice message's picture. */
export const MAX_WAVEFORM_SAMPLES = 64
/** The loudest bar. */
export const MAX_WAVEFORM_LEVEL = 255

/** What else an object holds: members that this version does not know, to be written back. */
export interface Kept {
  readonly extra?: JsonObject
}

/** A file beside the conversation. */
export interface File extends Kept {
  readonly type: "file"
  readonly attachment: AttachmentReference
}

/** A recording beside the conversation. */
export interface Voice extends Kept {
  readonly type: "voice"
  readonly attachment: AttachmentReference
  /** How long it plays, in milliseconds, as the sender says. */
  readonly ms: number
  /** Loudness over its length, 0 to 255 each: what is drawn before it is loaded. */
  readonly waveform: readonly number[]
}

/** The key under which everybody archives this conversation from here on. */
export interface HistoryKey extends Kept {
  readonly type: "history.key"
  /** The epoch of the group the key was made in; the first in the log counts. */
  readonly period: number
  readonly key: Uint8Array
}

/** The team's half of the key of a sealed location, see `sealed-location.ts`. */
export interface LocationKey extends Kept {
  readonly type: "location.key"
  /** The id of the case that it was sealed for, 16 octets. */
  readonly case: Uint8Array
  readonly key: Uint8Array
  /** Of the envelope: the half of another one opens nothing. */
  readonly sha256: Uint8Array
}

/** The newest head of the transparency log that the sender has seen. */
export interface LogHead extends Kept {
  readonly type: "log.head"
  /** The id of the log, 32 octets. */
  readonly log: Uint8Array
  /** Number of entries. */
  readonly size: number
  readonly root: Uint8Array
  /** Unix milliseconds, as the log signed them. */
  readonly at: number
  readonly sig: Uint8Array
}

export type Carried = File | Voice | HistoryKey | LocationKey | LogHead
/** Members by name, in the order in which they are written; undefined ones are left out. */
export type Written = Readonly<Record<string, Json | undefined>>

/** The members of a body. */
export function written(body: Carried): Written {
  switch (body.type) {
    case "file":
      return attachmentMembers(body.attachment)
    case "voice":
      return { ...attachmentMembers(body.attachment), ms: body.ms, waveform: body.waveform }
    case "history.key":
      return { period: body.period, key: base64url.encode(body.key) }
    case "location.key":
      return {
        case: base64url.encode(body.case),
        key: base64url.encode(body.key),
        sha256: base64url.encode(body.sha256),
      }
    case "log.head":
      return {
        log: base64url.encode(body.log),
        size: body.size,
        root: base64url.encode(body.root),
        at: body.at,
        sig: base64url.encode(body.sig),
      }
  }
}

export function readFile(body: Members): File {
  return { type: "file", attachment: readAttachment(body), extra: body.rest() }
}

export function readVoice(body: Members): Voice {
  return {
    type: "voice",
    attachment: readAttachment(body),
    ms: body.integer("ms"),
    waveform: body.integers("waveform", MAX_WAVEFORM_SAMPLES, MAX_WAVEFORM_LEVEL),
    extra: body.rest(),
  }
}

export function readHistoryKey(body: Members): HistoryKey {
  return {
    type: "history.key",
    key: body.octets("key", HISTORY_KEY_BYTES),
    period: body.integer("period"),
    extra: body.rest(),
  }
}

export function readLocationKey(body: Members): LocationKey {
  return {
    type: "location.key",
    case: body.octets("case", ID_BYTES),
    key: body.octets("key", LOCATION_HALF_BYTES),
    sha256: body.octets("sha256", HASH_BYTES),
    extra: body.rest(),
  }
}

/** The body of a `log.head`; its signature is not verified here. */
export function readLogHead(body: Members): LogHead {
  return {
    type: "log.head",
    log: body.octets("log", HASH_BYTES),
    size: body.integer("size"),
    root: body.octets("root", HASH_BYTES),
    at: body.integer("at"),
    sig: body.octets("sig", SIGNATURE_BYTES),
    extra: body.rest(),
  }
}

function attachmentMembers(attachment: AttachmentReference): Written {
  return {
    blob: base64url.encode(attachment.blob),
    key: base64url.encode(attachment.key),
    sha256: base64url.encode(attachment.sha256),
    size: attachment.size,
    mime: attachment.mediaType,
    name: attachment.name,
  }
}

function readAttachment(body: Members): AttachmentReference {
  const reference: AttachmentReference = {
    blob: body.octets("blob", BLOB_ID_BYTES),
    key: body.octets("key", ATTACHMENT_KEY_BYTES),
    sha256: body.octets("sha256", HASH_BYTES),
    size: body.integer("size"),
    mediaType: body.text("mime"),
    // A name that cannot be shown is no reason to lose the file.
    name: cleanName(body.text("name")),
  }
  try {
    return checkReference(reference)
  } catch (error) {
    throw error instanceof FormatError ? new FormatError("content.invalid", error.message) : error
  }
}
