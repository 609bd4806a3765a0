/**
 * Documents for an application: sealed on the device that adds them, opened on those of the
 * people who review.
 *
 * The file is a blob like any attachment. What opens it goes to the server as the document's
 * header, a JSON of `key`, `sha256`, `name` and `type`: an account has no key that a document
 * could be sealed to, and a reviewer who comes later has to open it too. So the server, which
 * keeps the header sealed, could read a document; the screens say so.
 */

import { hexToBytes } from "@noble/hashes/utils.js"
import { newId } from "../account/ids"
import { readRecord } from "../account/stored"
import type { Chat } from "../chat/chat"
import { ChatError } from "../chat/errors"
import { cleaned } from "../chat/files"
import { AttachmentDecryptor, AttachmentEncryptor, checkReference, ciphertextBytes } from "../e2ee/formats/attachments"
import type { DocumentOpened } from "../protocol/events"
import * as s from "../protocol/shape"

const KINDS: ReadonlySet<string> = new Set(["application/pdf", "image/jpeg", "image/png", "image/webp"])
/** In octets of UTF-8 it fits the header beside the keys. */
const MOST_NAME_CHARS = 120

const Header = s.struct({ key: s.octets, sha256: s.octets, name: s.text, type: s.text })

export interface SealedDocument {
  readonly blob: string
  readonly size: number
  readonly header: Uint8Array<ArrayBuffer>
  readonly name: string
}

/**
 * Stores a document, sealed, and tells what opens it. Throws `ChatError`
 * (`client.document_kind`, `client.file_not_sendable`), `FormatError`, `Refused`, `NotConnected`.
 */
export async function seal({ blobs, device }: Chat, file: File): Promise<SealedDocument> {
  if (!KINDS.has(file.type)) throw new ChatError("client.document_kind")
  const clean = new Uint8Array(await (await cleaned(file)).arrayBuffer())
  const encryptor = new AttachmentEncryptor(device.random)
  const octets = joined([...encryptor.update(clean), ...encryptor.finish()])
  const blob = newId(device.random)
  const name = Array.from(file.name).slice(0, MOST_NAME_CHARS).join("")
  const { key, sha256, mediaType, name: said } = encryptor.reference(hexToBytes(blob), file.type, name)
  await blobs.upload({ blob, purpose: "attachment", size: octets.length, sha256 }, (start, end) =>
    Promise.resolve(octets.slice(start, end)),
  )
  const header = new TextEncoder().encode(s.toJson({ key, sha256, name: said, type: mediaType }))
  return { blob, size: clean.length, header, name: said }
}

/** The document itself. Throws `ShapeError`, `FormatError`, `BlobDamaged`, `Refused`, `NotConnected`. */
export async function open({ blobs }: Chat, { blob, size, header }: DocumentOpened): Promise<File> {
  const { key, sha256, name, type } = readRecord(Header, "document", header)
  const reference = checkReference({ blob: hexToBytes(blob), key, sha256, size, mediaType: type, name })
  const decryptor = new AttachmentDecryptor(reference)
  const plain = decryptor.update(await blobs.fetch(blob, ciphertextBytes(size))).map((each) => new Uint8Array(each))
  decryptor.finish()
  return new File(plain, name, { type })
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
