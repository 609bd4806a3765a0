/**
 * The history as this device archives it: what another device reads later.
 *
 * MLS gives nobody the past, so a device writes what it has read into an archive of its
 * own, one per conversation, as encrypted pieces that the server keeps. A piece is made
 * and stored here before it leaves, and how far the archive goes moves when the server has
 * it: after a crash the same octets go out again under the same id.
 *
 * Pieces are padded, and one that holds a few messages is as long as one with hundreds.
 * When an archive has too many of those, it is written anew under another key, and the
 * earlier one is deleted once a backup names its successor. So it is when a device of the
 * account is revoked, which may know the key.
 *
 * A row is archived as it came, with what proves who wrote it; the rest is `archived-lines`.
 */

import { sha256 } from "@noble/hashes/sha2.js"
import type { Device } from "../account/device"
import { idBytes, idText } from "../account/ids"
import { keptOf, OwnArchive } from "../account/kept-archives"
import { OWN } from "../account/kept-archives"
import { allRecords, getRecord, putRecord } from "../account/stored"
import { contact } from "../account/trust"
import { HISTORY_KEY_BYTES } from "../e2ee/formats/carried"
import { readPiece, writePieces } from "../e2ee/formats/history"
import { type HistoryMessage, MAX_PIECE_BYTES } from "../e2ee/formats/history-piece"
import { ID_BYTES } from "../e2ee/formats/requests"
import { equal, keyOf } from "../e2ee/octets"
import type { Blobs } from "../protocol/blobs"
import * as s from "../protocol/shape"
import type { Put } from "../store/vault"
import { about, lineOf, NOBODY } from "./archived-lines"
import { keptAfter } from "./evidence"
import { isCode } from "./failures"
import { ConversationRecord, messagesAfter } from "./records"

/** Of more small pieces than these for each full one an archive is written anew. */
export const SMALL_PIECES_PER_FULL_ONE = 8
/** Rows that are read at a time. */
const PAGE = 100
const PENDING = "archive_pending"
const RETIRED = "retired_blob"
/** By conversation, up to where the archives go that this device has read from others. */
export const RESTORED = "restored"

/** A piece on its way to the server, and what holds when it has arrived. */
const Pending = s.struct({ blob: s.octets, octets: s.octets, after: OwnArchive })
type Pending = s.Of<typeof Pending>

/** Writes the archives of one device. One call at a time. */
export class Archivist {
  constructor(
    private readonly device: Device,
    private readonly blobs: Blobs,
  ) {}

  /** The conversations of which not everything is archived. */
  async behind(): Promise<string[]> {
    const found: string[] = []
    for (const conversation of await this.vault.names("conversation")) {
      if (await this.isBehind(conversation)) found.push(conversation)
    }
    return found
  }

  /**
   * Archives what is not archived of one conversation. Throws `Refused`, `NotConnected`;
   * what was stored until then is stored.
   */
  async write(conversation: string): Promise<void> {
    for (;;) {
      const pending = (await this.pending(conversation)) ?? (await this.make(conversation))
      if (pending === undefined) break
      const { octets, after } = pending
      try {
        const announced = { blob: idText(pending.blob), purpose: "archive", size: octets.length } as const
        await this.blobs.upload({ ...announced, sha256: sha256(octets) }, (start, end) =>
          Promise.resolve(new Uint8Array(octets.subarray(start, end))),
        )
      } catch (error) {
        if (!isCode(error, "conflict")) throw error
        // An older copy of this store was put back: it has gone further.
        const fresh = await this.fresh(conversation, this.devices(), after)
        await this.settle(conversation, { ...fresh, earlier: null, earlierBlobs: [] })
        continue
      }
      await this.settle(conversation, after)
    }
    await this.letGo(conversation)
  }

  /** Deletes pieces that no backup names any more. */
  async deleteRetired(): Promise<void> {
    for (const name of await this.vault.names(RETIRED)) {
      await this.blobs.delete(name)
      await this.vault.write([{ space: RETIRED, name, value: undefined }])
    }
  }

  /** Gives up every archive of this device; its pieces are to be deleted. */
  async retireAll(): Promise<void> {
    const own = await allRecords(this.vault, OwnArchive, OWN)
    await this.vault.write(
      own.flatMap(({ current, blobs, earlierBlobs }) => [
        ...retired([...blobs, ...earlierBlobs]),
        ...[OWN, PENDING].map((space) => ({ space, name: idText(current.conversation), value: undefined })),
      ]),
    )
  }

  private get vault() {
    return this.device.vault
  }

  // --- how far it goes ---

  private async isBehind(conversation: string): Promise<boolean> {
    if ((await this.pending(conversation)) !== undefined) return true
    const through = (await this.own(conversation))?.through ?? (await this.floor(conversation))
    return (await this.rows(conversation, through, 1).next()).done !== true
  }

  private own(conversation: string): Promise<OwnArchive | undefined> {
    return getRecord(this.vault, OwnArchive, OWN, conversation)
  }

  private pending(conversation: string): Promise<Pending | undefined> {
    return getRecord(this.vault, Pending, PENDING, conversation)
  }

  private async floor(conversation: string): Promise<number> {
    return (await getRecord(this.vault, s.integer, RESTORED, conversation)) ?? 0
  }

  // --- making a piece ---

  /** The next piece, stored; undefined when everything is archived. */
  private async make(conversation: string): Promise<Pending | undefined> {
    const own = await this.current(conversation)
    const collected = await this.collect(conversation, own.through)
    const { archive, end } = keptOf(own.current)
    const piece = writePieces(archive, end, collected, this.device.random).next()
    if (piece.done === true) return undefined
    const { blob, octets } = piece.value
    const last = readPiece(archive, end, octets).messages.at(-1)
    const isFull = 2 * octets.length >= MAX_PIECE_BYTES
    const after = {
      ...own,
      current: { ...own.current, ...piece.value.end },
      through: Number(last?.seq ?? own.through),
      blobs: [...own.blobs, blob],
      full: own.full + (isFull ? 1 : 0),
    }
    const pending = { blob, octets, after }
    await this.vault.write([putRecord(OWN, own, conversation), putRecord(PENDING, pending, conversation)])
    return pending
  }

  /** The archive to write to: a fresh one if there is none or it will not do. */
  private async current(conversation: string): Promise<OwnArchive> {
    const own = await this.own(conversation)
    const devices = this.devices()
    if (own === undefined) return this.fresh(conversation, devices, undefined)
    const small = own.current.pieces - own.full
    const isScattered = small > SMALL_PIECES_PER_FULL_ONE * (1 + own.full)
    const isExposed = !own.devices.every((told) => includes(devices, told))
    if (own.earlier === null && (isScattered || isExposed)) return this.fresh(conversation, devices, own)
    // Those that came since were told the key.
    return { ...own, devices: [...own.devices, ...devices.filter((each) => !includes(own.devices, each))] }
  }

  private async fresh(
    conversation: string,
    devices: readonly Uint8Array[],
    earlier: OwnArchive | undefined,
  ): Promise<OwnArchive> {
    const { random, identity } = this.device
    const firstBlob = random(ID_BYTES)
    const current = {
      ...{ conversation: idBytes(conversation), writer: idBytes(identity.device) },
      ...{ period: earlier === undefined ? 0 : earlier.current.period + 1, key: random(HISTORY_KEY_BYTES) },
      ...{ firstBlob, pieces: 0, last: new Uint8Array(32), nextBlob: firstBlob },
    }
    const through = await this.floor(conversation)
    const before = { earlier: earlier?.current ?? null, earlierBlobs: earlier?.blobs ?? [] }
    return { current, devices, through, blobs: [], full: 0, ...before }
  }

  private devices(): readonly Uint8Array[] {
    const { lists, identity } = this.device
    return lists.newest(identity.account)?.devices.map(({ deviceId }) => deviceId) ?? []
  }

  /** What comes after a row, at least as much as fits a piece if there is. */
  private async collect(conversation: string, through: number): Promise<HistoryMessage[]> {
    const collected: HistoryMessage[] = []
    let length = 0
    for await (const said of this.rows(conversation, through)) {
      collected.push(said)
      length += said.content.length
      if (length > MAX_PIECE_BYTES) break
    }
    const [first] = collected
    return first === undefined ? [] : [about(await this.names(conversation, collected), first), ...collected]
  }

  /** Rows with their proof, lines where there is none, in the order of the log. */
  private async *rows(conversation: string, through: number, page = PAGE): AsyncGenerator<HistoryMessage, void> {
    const proven = paged(through, (after) => keptAfter(this.vault, conversation, after, page))
    const lines = paged(through, async (after) =>
      (await messagesAfter(this.vault, conversation, after, page)).map(lineOf),
    )
    let [row, line] = [await proven.next(), await lines.next()]
    while (row.done !== true || line.done !== true) {
      if (row.done === true || (line.done !== true && line.value.seq < row.value.seq)) {
        if (line.done !== true) yield line.value
        line = await lines.next()
      } else {
        // Of two with one number the row wins over the line that was made of it.
        if (line.done !== true && line.value.seq === row.value.seq) line = await lines.next()
        yield row.value
        row = await proven.next()
      }
    }
  }

  private async names(conversation: string, rows: readonly HistoryMessage[]): Promise<Map<string, string>> {
    const { identity } = this.device
    const record = await getRecord(this.vault, ConversationRecord, "conversation", conversation)
    const said = rows.filter(({ account }) => !equal(account, NOBODY)).map(({ account }) => idText(account))
    const names = new Map<string, string>()
    for (const account of new Set([...said, ...(record?.seats.keys() ?? [])])) {
      const isOwn = account === identity.account
      const handle = isOwn ? identity.handle : ((await contact(this.vault, account))?.handle ?? "")
      if (handle !== "") names.set(account, handle)
    }
    return names
  }

  // --- what has arrived ---

  private async settle(conversation: string, own: OwnArchive): Promise<void> {
    await this.vault.write([
      putRecord(OWN, own, conversation),
      { space: PENDING, name: conversation, value: undefined },
    ])
  }

  /** The successor is as long as its predecessor, which may go. */
  private async letGo(conversation: string): Promise<void> {
    const own = await this.own(conversation)
    if (own === undefined || own.earlier === null) return
    const alone = { ...own, earlier: null, earlierBlobs: [] }
    await this.vault.write([...retired(own.earlierBlobs), putRecord(OWN, alone, conversation)])
  }
}

/** Everything that comes after a row, page by page. */
async function* paged(
  through: number,
  read: (after: number) => Promise<HistoryMessage[]>,
): AsyncGenerator<HistoryMessage, void> {
  for (let page = await read(through); page.length > 0; page = await read(Number(page.at(-1)?.seq))) yield* page
}

function retired(blobs: readonly Uint8Array[]): Put[] {
  return blobs.map((blob) => ({ space: RETIRED, name: idText(blob), value: new Uint8Array() }))
}

function includes(ids: readonly Uint8Array[], id: Uint8Array): boolean {
  return ids.some((each) => keyOf(each) === keyOf(id))
}
