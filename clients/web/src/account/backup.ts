/**
 * The account's backup: what recovery words bring back when every device is lost.
 *
 * The envelope on the server holds the account's key, whom it knows, and where its
 * archives are, sealed under what only the words give. Every device of the account writes
 * it. Its counter only rises: a device that finds a higher one than it knows takes over
 * what that envelope says before it writes the next, so that nothing is lost that another
 * device keeps. If its slot does not open it, there are new recovery words, and writing
 * would put the old ones back in force.
 *
 * The history itself is in archives beside it (`Histories`), which are written first.
 */

import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex } from "@noble/hashes/utils.js"
import { type AccountRecord, encodeRecord } from "../e2ee/formats/account-record"
import type { Stretch } from "../e2ee/formats/argon2"
import { reopenBackup, sealBackup } from "../e2ee/formats/backup"
import { FormatError } from "../e2ee/formats/errors"
import { newSlot, wordsSecret } from "../e2ee/formats/key-slots"
import { ENTROPY_BYTES, lookupSecret, toEntropy, toWords } from "../e2ee/formats/words"
import { equal } from "../e2ee/octets"
import { Accounts } from "../protocol/accounts"
import { Refused } from "../protocol/errors"
import type { Device } from "./device"
import { type ClientCode, ClientError } from "./errors"
import { dropFirstBackup, type FirstBackup, firstBackup, putFirstBackup } from "./first-backup"
import { accountKey } from "./identity"
import {
  type BackupAccess,
  type BackupState,
  dropBackup,
  gather,
  loadBackup,
  merge,
  putBackup,
  settingsOf,
  slotsOf,
} from "./kept"
import { OneAtATime } from "./one-at-a-time"
import type { SignInSource } from "./sign-in"
import { type Way, withoutOthers, withWay, withWords } from "./ways"

/** Against other devices that write at the same time. */
const MAX_ATTEMPTS = 5
/** Between two that nobody asked for. */
const WRITE_MS = 15 * 60_000
/** How a backup stands that this device must not write over. */
const STANDS_STILL: readonly string[] = ["client.backup_replaced", "client.backup_gone"] satisfies ClientCode[]

/** The history that the envelope names: `chat/archives`. */
export interface Histories {
  /** Archives what is not archived. Throws `Refused`, `NotConnected`. */
  write(): Promise<void>
  /** Deletes from the server what no envelope names any more. */
  deleteRetired(): Promise<void>
  /** Gives up everything that this device has archived. */
  retireAll(): Promise<void>
}

const NO_HISTORY: Histories = {
  write: () => Promise.resolve(),
  deleteRetired: () => Promise.resolve(),
  retireAll: () => Promise.resolve(),
}

export class Backup {
  private readonly works = new OneAtATime()
  private readonly accounts: Accounts
  private triedAtMs = 0

  constructor(
    private readonly device: Device,
    private readonly source: SignInSource,
    private readonly stretch: Stretch,
    private readonly histories: Histories = NO_HISTORY,
  ) {
    this.accounts = new Accounts(device.identity.origin)
  }

  /** 24 fresh recovery words. They mean nothing before `create` took them. */
  newWords(): Promise<string[]> {
    return toWords(this.device.random(ENTROPY_BYTES))
  }

  /** What this device knows of the backup; undefined if there is none. */
  state(): Promise<BackupState | undefined> {
    return loadBackup(this.device.vault)
  }

  /**
   * Makes the backup that these words open, and archives the history; earlier words open
   * none any more. Throws
   * `FormatError` (`words.…`), `ClientError` (`backup_too_large`), `Refused`,
   * `NotConnected`: the words before still count.
   */
  async create(words: string): Promise<void> {
    const entropy = await toEntropy(words)
    const slot = await newSlot(wordsSecret(entropy), this.device.random, this.stretch)
    await this.change((access) => withWords(access, slot, lookupSecret(entropy)))
    await this.write()
  }

  /** Lets a passkey or a passphrase open the backup too, and makes one if there is none. Throws as `create`. */
  async add(way: Way): Promise<void> {
    await this.change((access) => withWay(access, way, this.device.random(ENTROPY_BYTES).slice()))
    await this.write()
  }

  /** Lets no passkey open it but these, if there is a backup. Throws as `create`. */
  async keepPasskeys(these: ReadonlySet<string>): Promise<void> {
    const state = await this.state()
    if (state === undefined || withoutOthers(state.access, these) === state.access) return
    await this.change((access) => withoutOthers(access ?? state.access, these))
    await this.write()
  }

  /**
   * Writes the backup if anything changed since. Throws `ClientError`: `no_backup`,
   * `backup_gone`, `backup_replaced`, `backup_too_large`; `Refused`, `NotConnected`.
   */
  write(): Promise<void> {
    return this.works.run(async () => {
      try {
        const full = await this.archived()
        await this.persist(() => this.writeOnce())
        await this.histories.deleteRetired()
        if (full !== undefined) throw full
        await this.note("")
      } catch (error) {
        if (error instanceof ClientError || error instanceof Refused) await this.note(error.code)
        throw error
      }
    })
  }

  /** `write`, unless it is not long ago, or a person has to do something about it first. */
  async writeIfDue(): Promise<void> {
    const state = await this.state()
    if (state === undefined || STANDS_STILL.includes(state.trouble)) return
    const now = this.device.now()
    if (now - Math.max(state.atMs, this.triedAtMs) < WRITE_MS) return
    this.triedAtMs = now
    await this.write()
  }

  /** Deletes the backup, and what this device archived. Throws `Refused`, `NotConnected`: call it again. */
  forget(): Promise<void> {
    return this.works.run(() => forgetBackup(this.device, this.source, this.histories))
  }

  // --- within ---

  /** Archives the history; what keeps the rest out of the server, where there is no room for it. */
  private async archived(): Promise<Refused | undefined> {
    try {
      await this.histories.write()
      return undefined
    } catch (error) {
      // The account itself is saved all the same.
      if (error instanceof Refused && error.code === "quota_exceeded") return error
      throw error
    }
  }

  /** Writes it with other ways to open it. */
  private async change(next: (access: BackupAccess | undefined) => BackupAccess): Promise<void> {
    await this.works.run(async () => {
      await this.finishFirst()
      const before = await this.state()
      if (before !== undefined) await this.reached(before).catch(unlessReplaced)
      const current = await this.state()
      await this.persist(async (attempt) => {
        // A device that knows of none rarely finds one: only a conflict makes it ask.
        const there = current === undefined && attempt === 1 ? 0 : await this.status()
        const access = next(current?.access)
        if (access !== current?.access) await this.put(access, Math.max(there, current?.counter ?? 0) + 1)
      })
    })
  }

  /** Sends the first backup again if it is not known whether it arrived. */
  private async finishFirst(): Promise<void> {
    const first = await firstBackup(this.device.vault)
    if (first === undefined) return
    try {
      await this.send(first, 1)
    } catch (error) {
      if (!(error instanceof Refused) || error.fault === "server") throw error
      await this.device.vault.write([dropFirstBackup()])
    }
  }

  private async writeOnce(): Promise<void> {
    const known = await this.state()
    if (known === undefined) throw new ClientError("client.no_backup", "there is no backup yet")
    const reached = await this.reached(known)
    const state = (await this.state()) ?? known
    const digest = sha256(encodeRecord(await gather(this.device)))
    if (reached === state.counter && equal(digest, state.digest)) return
    await this.put(state.access, Math.max(reached, state.counter) + 1)
  }

  private async put(access: BackupAccess, counter: number): Promise<void> {
    const record = await gather(this.device, access)
    let envelope: Uint8Array
    try {
      envelope = sealBackup(record, slotsOf(access), BigInt(counter), this.device.random)
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      throw new ClientError("client.backup_too_large", "the account knows more than a backup holds")
    }
    const sealed = { access, envelope, digest: sha256(encodeRecord(record)) }
    if (counter === 1) await this.device.vault.write([putFirstBackup(sealed)])
    await this.send(sealed, counter)
  }

  private async send({ access, envelope, digest }: FirstBackup, counter: number): Promise<void> {
    const token = await this.source.token(false)
    const stored = await this.accounts.putBackup(token, envelope.slice(), counter, bytesToHex(sha256(access.lookup)))
    const state = { access, counter, atMs: stored.at, digest, trouble: "" }
    await this.device.vault.write([putBackup(state), dropFirstBackup()])
  }

  /** The counter that was reached, with what other devices wrote taken over. */
  private async reached(state: BackupState): Promise<number> {
    const there = await this.status()
    if (there === 0 && state.counter > 0) {
      throw new ClientError("client.backup_gone", "the server has no backup of this account any more")
    }
    if (there > state.counter) await this.catchUp(state, there)
    return there
  }

  private async catchUp(state: BackupState, reached: number): Promise<void> {
    try {
      const envelope = await this.accounts.fetchBackup({ lookup: state.access.lookup })
      const record = this.reopened(envelope, state.access, reached)
      await merge(this.device, record)
      // Another device may have added a way to open it, or made new words.
      const access = settingsOf(record).backup ?? state.access
      await this.device.vault.write([putBackup({ ...state, access })])
    } catch (error) {
      if (error instanceof Refused && error.code === "not_found") throw replaced()
      if (!(error instanceof FormatError)) throw error
      // Else it is not ours, or an old one of ours again: the next one takes its place.
      if (error.code === "backup.locked") throw replaced()
    }
  }

  /** By whichever of the slots that this device keeps. `backup.locked`: none is in it any more. */
  private reopened(envelope: Uint8Array, access: BackupAccess, reached: number): AccountRecord {
    const accountPublic = accountKey(this.device.identity).public
    let why: unknown = replaced()
    for (const slot of slotsOf(access)) {
      try {
        return reopenBackup(envelope, slot, accountPublic, BigInt(reached)).record
      } catch (error) {
        why = error
        if (!(error instanceof FormatError) || error.code !== "backup.locked") break
      }
    }
    throw why
  }

  /** The counter of what the server has; 0 if it has nothing. */
  private async status(): Promise<number> {
    try {
      return (await this.accounts.backupStatus(await this.source.token(false))).counter
    } catch (error) {
      if (error instanceof Refused && error.code === "not_found") return 0
      throw error
    }
  }

  private async persist(work: (attempt: number) => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work(attempt)
      } catch (error) {
        const isTaken = error instanceof Refused && error.code === "conflict"
        if (!isTaken || attempt === MAX_ATTEMPTS) throw error
      }
    }
  }

  private async note(trouble: string): Promise<void> {
    const state = await this.state()
    if (state !== undefined && state.trouble !== trouble) {
      await this.device.vault.write([putBackup({ ...state, trouble })])
    }
  }
}

/** Lets the server forget the backup, and what this device archived; none is fine. */
export async function forgetBackup(device: Device, source: SignInSource, histories: Histories): Promise<void> {
  await new Accounts(device.identity.origin).deleteBackup(await source.token(false))
  await histories.retireAll()
  await histories.deleteRetired()
  await device.vault.write([dropBackup(), dropFirstBackup()])
}

function replaced(): ClientError {
  return new ClientError("client.backup_replaced", "another device has made new recovery words")
}

function unlessReplaced(error: unknown): void {
  if (!(error instanceof ClientError) || !STANDS_STILL.includes(error.code)) throw error
}
