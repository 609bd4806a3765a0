/**
 * Reads back what other devices of the account archived.
 *
 * A device that is restored or paired is told of the archives. It reads them piece by
 * piece in the background and goes on where it stopped. What it has read itself stays as
 * it is: archives fill the history before that.
 *
 * Pieces hold together by their hashes, and the record says how far they went when it was
 * written; what an archive got later is found by going on. A piece that is missing before
 * that is said, not passed over.
 */

import type { Device } from "../account/device"
import { idText } from "../account/ids"
import { Archive, inherited, isOfOne, keptOf, nameOf, putArchive } from "../account/kept-archives"
import { allRecords, getRecord, putRecord } from "../account/stored"
import { contact, putContact } from "../account/trust"
import { FormatError } from "../e2ee/formats/errors"
import { PIECE_OVERHEAD_BYTES, readPiece, startOf } from "../e2ee/formats/history"
import { type HistoryMessage, MAX_PIECE_BYTES } from "../e2ee/formats/history-piece"
import { BlobDamaged, type Blobs } from "../protocol/blobs"
import * as s from "../protocol/shape"
import { RESTORED } from "./archive"
import { madeHere, messageOf } from "./archived-lines"
import { Draft } from "./draft"
import type { Said } from "./evidence"
import { isCode } from "./failures"
import { History, noAdditions } from "./history"
import { saveMessage } from "./records"

/** Rows that are stored before others get a turn. */
const BATCH = 50
const MAX_BYTES = MAX_PIECE_BYTES + PIECE_OVERHEAD_BYTES
const SPACE = "reading"

/** How far an archive was read. */
const Reading = s.struct({
  /** The archive as far as it was read. */
  at: Archive,
  over: s.flag,
  /** Whether a piece was not there, or not what it should be. */
  missing: s.flag,
  /** Rows that were not here before. */
  stored: s.integer,
})
type Reading = s.Of<typeof Reading>

/** How far the history of other devices was read back. */
export interface Restoring {
  /** How many conversations there are. */
  readonly conversations: number
  readonly read: number
  /** Of how many the server did not have everything. */
  readonly missing: number
  /** How many messages and changes to them came back. */
  readonly rows: number
}

/** Fills the history of one device from the archives of others. */
export class ArchiveReader {
  constructor(
    private readonly device: Device,
    private readonly blobs: Blobs,
    /** Told of each conversation that was filled. */
    private readonly changed: (conversation: string) => void,
  ) {}

  /** How far it has come. */
  async progress(): Promise<Restoring> {
    const told = await inherited(this.vault)
    const readings = await this.readings()
    const left = distinct(this.left(told, readings))
    const missing = told.filter((one) => readings.get(nameOf(one))?.missing === true && !isWhole(one, readings))
    const rows = [...readings.values()].reduce((sum, { stored }) => sum + stored, 0)
    const conversations = distinct(told).size
    return { conversations, read: conversations - left.size, missing: distinct(missing).size, rows }
  }

  /** Whether nothing is left to read. */
  async isOver(): Promise<boolean> {
    return this.left(await inherited(this.vault), await this.readings()).length === 0
  }

  /** Reads what is left to read. Throws `Refused`, `NotConnected`: called again it goes on. */
  async run(): Promise<void> {
    for (;;) {
      const [next] = this.left(await inherited(this.vault), await this.readings())
      if (next === undefined) return
      let reading = await this.reading(next)
      while (!reading.over) reading = await this.nextPiece(next, reading)
      this.changed(idText(next.conversation))
    }
  }

  private get vault() {
    return this.device.vault
  }

  private async readings(): Promise<ReadonlyMap<string, Reading>> {
    const found = await allRecords(this.vault, Reading, SPACE)
    return new Map(found.map((reading) => [nameOf(reading.at), reading]))
  }

  /**
   * What is to be read, archives of older devices first. A device's archives of a
   * conversation are read once: what it archives later, this device reads itself.
   */
  private left(told: readonly Archive[], readings: ReadonlyMap<string, Reading>): Archive[] {
    return told
      .filter((one) => readings.get(nameOf(one))?.over !== true && !isWhole(one, readings))
      .map((one) => ({ one, age: this.ageOf(one.writer), name: nameOf(one) }))
      .sort((a, b) => a.age - b.age || (a.name < b.name ? -1 : 1))
      .map(({ one }) => one)
  }

  private ageOf(writer: Uint8Array): number {
    const { lists, identity } = this.device
    return lists.approvedAt(identity.account, idText(writer)) ?? 0
  }

  private async reading(stored: Archive): Promise<Reading> {
    const begun = await getRecord(this.vault, Reading, SPACE, nameOf(stored))
    const start = { ...stored, ...startOf(keptOf(stored).archive) }
    return begun ?? { at: start, over: false, missing: false, stored: 0 }
  }

  private async nextPiece(stored: Archive, reading: Reading): Promise<Reading> {
    const { archive, end } = keptOf(reading.at)
    let said: { messages: HistoryMessage[]; end: ReturnType<typeof startOf> }
    try {
      said = readPiece(archive, end, await this.blobs.fetch(idText(end.nextBlob), MAX_BYTES))
    } catch (error) {
      const isGone = isCode(error, "not_found") || error instanceof FormatError || error instanceof BlobDamaged
      if (!isGone) throw error
      return this.save(stored, { ...reading, over: true, missing: end.pieces < stored.pieces })
    }
    let rows = reading.stored
    for (let first = 0; first < said.messages.length; first += BATCH) {
      rows += await this.fill(idText(stored.conversation), said.messages.slice(first, first + BATCH))
    }
    return this.save(stored, { ...reading, at: { ...stored, ...said.end }, stored: rows })
  }

  private async save(stored: Archive, reading: Reading): Promise<Reading> {
    const further = reading.at.pieces > stored.pieces ? [putArchive(reading.at)] : []
    await this.vault.write([putRecord(SPACE, reading, nameOf(stored)), ...further])
    return reading
  }

  // --- rows ---

  /** Stores rows below those that this device has read itself; how many. */
  private fill(conversation: string, said: readonly HistoryMessage[]): Promise<number> {
    return this.device.checked(async () => {
      const draft = new Draft(this.vault)
      let through = (await draft.load(s.integer, RESTORED, conversation)) ?? 0
      const own = await this.firstOwn(conversation, through)
      let stored = 0
      for (const row of said) {
        const seq = Number(row.seq)
        if (seq >= own || (await isThere(draft, conversation, seq))) continue
        if (await this.store(draft, conversation, row)) stored += 1
        through = Math.max(through, seq)
      }
      draft.save(RESTORED, through, conversation)
      await draft.write()
      return stored
    })
  }

  /** The first row that this device has not from an archive. */
  private async firstOwn(conversation: string, through: number): Promise<number> {
    const found = await Promise.all(
      ["evidence", "message"].map((space) => this.vault.scan(space, conversation, { after: through, limit: 1 })),
    )
    return Math.min(Infinity, ...found.flat().map(({ position }) => position))
  }

  /** Takes over one line of an archive; whether it is one of the history. */
  private async store(draft: Draft, conversation: string, row: HistoryMessage): Promise<boolean> {
    const own = this.device.identity.account
    const made = madeHere(row)
    if (made !== undefined && "names" in made) {
      await this.learn(draft, made.names)
      return false
    }
    if (made !== undefined) {
      saveMessage(draft, messageOf(conversation, row, made, own))
      return true
    }
    const said = saidOf(row)
    try {
      await new History(draft, noAdditions()).deliver(conversation, said, said.account === own)
      return true
    } catch (error) {
      if (error instanceof FormatError) return false // what that device could read, this one cannot
      throw error
    }
  }

  private async learn(draft: Draft, names: ReadonlyMap<string, string>): Promise<void> {
    for (const [account, handle] of names) {
      const known = await contact(this.vault, account)
      if (known !== undefined && known.handle === "") draft.put(putContact({ ...known, handle }))
    }
  }
}

function isWhole(one: Archive, readings: ReadonlyMap<string, Reading>): boolean {
  return [...readings.values()].some(({ at, over, missing }) => over && !missing && isOfOne(at, one))
}

function distinct(archives: readonly Archive[]): Set<string> {
  return new Set(archives.map(({ conversation }) => idText(conversation)))
}

async function isThere(draft: Draft, conversation: string, seq: number): Promise<boolean> {
  const found = await Promise.all(["message", "evidence"].map((space) => draft.get(space, conversation, seq)))
  return found.some((value) => value !== undefined)
}

function saidOf({ seq, atMs, account, device, content, evidence }: HistoryMessage): Said {
  const proof = evidence === undefined ? null : { ...evidence, epoch: Number(evidence.epoch) }
  return { seq: Number(seq), at: Number(atMs), account: idText(account), device: idText(device), content, proof }
}
