/**
 * Files beside the conversation. A file is encrypted here, its ciphertext stored, and only
 * then is there an outbox entry for it: after a crash either all of it is there or nothing
 * counts. It is uploaded in the background, and becomes a message when the server has it.
 *
 * What cameras write into pictures is left out: place, time, device.
 */

import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js"
import type { Device } from "../account/device"
import { newId } from "../account/ids"
import { AttachmentDecryptor, AttachmentEncryptor, type AttachmentReference } from "../e2ee/formats/attachments"
import { ciphertextBytes } from "../e2ee/formats/attachments"
import * as contents from "../e2ee/formats/content"
import { pictureType, UnreadablePicture, withoutMetadata } from "../e2ee/formats/picture-metadata"
import { retryDelayMs } from "../protocol/backoff"
import { BlobDamaged, type Blobs } from "../protocol/blobs"
import { NotConnected, Refused } from "../protocol/errors"
import { Bell, type Clock } from "./bell"
import { ChatError } from "./errors"
import { isCode } from "./failures"
import type { Message } from "./messages"
import type { Outgoing, Waiting } from "./records"
import type { Room } from "./room"
import type { Updates } from "./updates"

/** Octets of ciphertext in one stored value. */
const PIECE_BYTES = 256 * 1024
const READ_BYTES = 512 * 1024
/** Ciphertext that waits to be uploaded, by blob and piece. */
const SPACE = "file"
/** Files to be deleted from the server. */
const FORGOTTEN = "file_forgotten"

export interface Around {
  readonly signal: AbortSignal
  readonly updates: Updates
  readonly rooms: ReadonlyMap<string, Room>
  ready(signal: AbortSignal): Promise<void>
  adopt(room: Room): void
  changed(room: Room): void
}

/** A recording, besides its octets. */
export interface Recording {
  readonly ms: number
  readonly waveform: readonly number[]
}

type Octets = Uint8Array<ArrayBuffer>

export class Files {
  /** Rung while nothing waits to be uploaded. */
  readonly idle = new Bell()
  private readonly work = new Bell()
  /** Being encrypted: their pieces have no outbox entry yet. */
  private readonly sealing = new Set<string>()

  constructor(
    private readonly device: Device,
    private readonly around: Around,
    private readonly blobs: Blobs,
    private readonly clock: Clock,
  ) {}

  /**
   * Encrypts a file and puts it into the outbox; its message's id. Throws `ChatError`,
   * `FormatError` (`attachment.too_large`).
   */
  async send(room: Room, file: Blob, name: string, recording?: Recording, keepMetadata = false): Promise<string> {
    room.requireSendable()
    const blob = newId(this.device.random)
    this.sealing.add(blob)
    try {
      const attachment = await this.seal(blob, keepMetadata ? file : await cleaned(file), name)
      const body: contents.Body =
        recording === undefined ? { type: "file", attachment } : { type: "voice", attachment, ...recording }
      const id = await room.write(body, `File: ${attachment.name}`, "file")
      this.wake()
      this.around.changed(room)
      return id
    } catch (error) {
      await this.drop(blob)
      throw error
    } finally {
      this.sealing.delete(blob)
    }
  }

  /** The file of a message, decrypted and whole. Throws `ChatError`, `FormatError`, `BlobDamaged`, `NotConnected`. */
  async fetch(message: Message): Promise<Blob> {
    if (message.file === null) throw new ChatError("client.unknown_message")
    const { reference } = message.file
    const size = ciphertextBytes(reference.size)
    const moved = (across: number) => this.moved(message.conversation, message.id, across / size)
    const sealed = await this.blobs.fetch(bytesToHex(reference.blob), size, moved).catch((error: unknown) => {
      throw isCode(error, "not_found") ? new ChatError("client.file_gone") : error
    })
    if (sealed.length !== size) throw new BlobDamaged()
    const decryptor = new AttachmentDecryptor(reference)
    const plain = decryptor.update(sealed).map((piece) => new Uint8Array(piece))
    decryptor.finish()
    return new Blob(plain, { type: reference.mediaType })
  }

  /** Does not send a file that waits, or was refused. */
  async takeBack(room: Room, { position, entry }: Waiting): Promise<void> {
    await this.forget(blobOf(entry))
    await room.finish(position)
    this.around.changed(room)
  }

  /** Deletes a file of this account from the server, and what is left of it here. */
  async forget(blob: string): Promise<void> {
    await this.device.vault.write([{ space: FORGOTTEN, name: blob, value: new Uint8Array([1]) }])
    this.wake()
  }

  /** Looks for files to upload or delete again. */
  wake(): void {
    this.idle.still()
    this.work.ring()
  }

  /** Uploads and deletes what waits. */
  async run(): Promise<void> {
    await this.sweep()
    for (let attempt = 0; ; ) {
      this.work.still()
      const next = await this.next()
      if (next === undefined) {
        this.idle.ring()
        await this.work.heard(this.around.signal)
        continue
      }
      await this.around.ready(this.around.signal)
      try {
        await next()
        attempt = 0
      } catch (error) {
        const again = error instanceof NotConnected || (error instanceof Refused && error.fault === "server")
        if (!again) throw error
        const asked = error instanceof Refused ? error.retryAfterMs : 0
        await this.clock.pause(retryDelayMs(attempt++, asked, this.clock.random), this.around.signal)
      }
    }
  }

  private async next(): Promise<(() => Promise<void>) | undefined> {
    for (const room of this.around.rooms.values()) {
      const [first] = room.uploads
      if (first !== undefined) return () => this.upload(room, first)
    }
    const [forgotten] = await this.device.vault.names(FORGOTTEN)
    return forgotten === undefined ? undefined : () => this.delete(forgotten)
  }

  private async upload(room: Room, { position, entry }: Waiting): Promise<void> {
    const blob = blobOf(entry)
    const { id, attachment } = fileOf(entry)
    const announced = { blob, purpose: "attachment", size: ciphertextBytes(attachment.size), sha256: attachment.sha256 }
    const moved = (across: number) => this.moved(room.id, id, across / announced.size)
    try {
      await this.blobs.upload(
        { ...announced, purpose: "attachment" },
        (start, end) => this.read(blob, start, end),
        moved,
      )
    } catch (error) {
      if (!(error instanceof Refused) || error.fault === "server") throw error
      await room.updateEntry(position, { failed: error.code })
      return this.around.changed(room)
    }
    await room.fileStored(position)
    await this.drop(blob)
    this.around.adopt(room)
  }

  private async delete(blob: string): Promise<void> {
    await this.blobs.delete(blob).catch((error: unknown) => {
      // Gone already, or somebody else's: there is nothing more to do.
      if (!(error instanceof Refused) || error.fault === "server") throw error
    })
    await this.drop(blob)
    await this.device.vault.write([{ space: FORGOTTEN, name: blob, value: undefined }])
  }

  private moved(conversation: string, message: string, done: number): void {
    this.around.updates.publish({ kind: "transfer", conversation, message, done })
  }

  // --- ciphertext in the store ---

  private async seal(blob: string, file: Blob, name: string): Promise<AttachmentReference> {
    const encryptor = new AttachmentEncryptor(this.device.random)
    const pieces = new Pieces((position, value) =>
      this.device.vault.write([{ space: SPACE, name: blob, position, value }]),
    )
    for (let start = 0; start < file.size; start += READ_BYTES) {
      const octets = new Uint8Array(await file.slice(start, start + READ_BYTES).arrayBuffer())
      await pieces.add(encryptor.update(octets))
    }
    for (const piece of encryptor.finish()) await pieces.add([piece])
    await pieces.end()
    return encryptor.reference(hexToBytes(blob), file.type === "" ? "application/octet-stream" : file.type, name)
  }

  private async read(blob: string, start: number, end: number): Promise<Octets> {
    const octets = new Uint8Array(end - start)
    for (let at = start; at < end; ) {
      const piece = await this.device.vault.get(SPACE, blob, Math.floor(at / PIECE_BYTES))
      if (piece === undefined) throw new ChatError("client.file_gone")
      const part = piece.subarray(at % PIECE_BYTES, (at % PIECE_BYTES) + end - at)
      octets.set(part, at - start)
      at += part.length
    }
    return octets
  }

  private async drop(blob: string): Promise<void> {
    const pieces = await this.device.vault.scan(SPACE, blob)
    await this.device.vault.write(
      pieces.map(({ position }) => ({ space: SPACE, name: blob, position, value: undefined })),
    )
  }

  /** Deletes what a page that was closed has encrypted and not written about. */
  private async sweep(): Promise<void> {
    const rooms = [...this.around.rooms.values()]
    const known = new Set(
      rooms.flatMap((room) => room.outbox.flatMap(({ entry }) => (isFile(entry) ? blobOf(entry) : []))),
    )
    for (const blob of await this.device.vault.names(SPACE)) {
      if (!known.has(blob) && !this.sealing.has(blob)) await this.drop(blob)
    }
  }
}

/** Cuts ciphertext into pieces of one length. */
class Pieces {
  private held: Octets = new Uint8Array(PIECE_BYTES)
  private filled = 0
  private position = 0

  constructor(private readonly keep: (position: number, piece: Octets) => Promise<void>) {}

  async add(parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      for (let taken = 0; taken < part.length; ) {
        const some = part.subarray(taken, taken + PIECE_BYTES - this.filled)
        this.held.set(some, this.filled)
        this.filled += some.length
        taken += some.length
        if (this.filled === PIECE_BYTES) await this.end()
      }
    }
  }

  async end(): Promise<void> {
    if (this.filled === 0) return
    await this.keep(this.position++, this.held.slice(0, this.filled))
    this.filled = 0
  }
}

/** A picture without what its camera wrote into it. Throws `ChatError` if it cannot be cleaned. */
export async function cleaned(file: Blob): Promise<Blob> {
  const type = pictureType(new Uint8Array(await file.slice(0, 16).arrayBuffer()))
  if (type === undefined) return file
  try {
    return new Blob([new Uint8Array(withoutMetadata(new Uint8Array(await file.arrayBuffer())))], { type })
  } catch (error) {
    if (error instanceof UnreadablePicture) throw new ChatError("client.file_not_sendable")
    throw error
  }
}

function isFile(entry: Outgoing): boolean {
  return entry.task === "file"
}

function fileOf(entry: Outgoing): { id: string; attachment: AttachmentReference } {
  const content = contents.decode(entry.content)
  if (!("raw" in content) && (content.body.type === "file" || content.body.type === "voice")) {
    return { id: content.id, attachment: content.body.attachment }
  }
  throw new ChatError("client.unknown_message")
}

function blobOf(entry: Outgoing): string {
  return bytesToHex(fileOf(entry).attachment.blob)
}
