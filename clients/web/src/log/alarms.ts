/**
 * What this device has to tell its person about keys, until the person has seen it.
 *
 * An alarm is stored in the moment in which it is found out, is shown at every start, and
 * goes away only when it is acknowledged. That a device was added is no alarm, and is
 * shown in the same way for a day. The words for each kind are the screens'.
 */

import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js"
import type { Device } from "../account/device"
import { OneAtATime } from "../account/one-at-a-time"
import { allRecords, putRecord } from "../account/stored"
import * as s from "../protocol/shape"
import type { Put } from "../store/vault"

/** How long a notice stays, and how long a finding that was seen is not told again. */
const BANNER_MS = 24 * 60 * 60 * 1000
/** Kept at most: who makes up alarms must not fill the disk, nor keep others from being told. */
export const MAX_ALARMS = 200
const SPACE = "alarm"

export const AlarmKind = s.oneOf(
  /** The log shows a key or a device for this account that it did not sign. */
  "own_account",
  /** The server showed different logs to different people. */
  "split_view",
  /** The server could not prove that its log only grew, or what it shows from it. */
  "not_proven",
  /** An account has a new key, which the one before signed and the log shows. A notice, until it was seen. */
  "key_changed",
  /** A known account is shown with another key. */
  "other_key",
  /** A person or device that could not prove who they are was kept out. */
  "refused",
  /** The server delivers a conversation to somebody who is not in it. */
  "outsider",
  /** A key of the server that the one before did not sign or the log does not show. */
  "service_key",
  /** Reports are sealed to another key than before. A notice, until it was seen. */
  "report_key",
  /** The account has a device that was not added from here. A notice. */
  "new_device",
)
export type AlarmKind = s.Of<typeof AlarmKind>

const CAUSED_BY_STRANGERS: ReadonlySet<AlarmKind> = new Set(["refused", "outsider"])

const Alarm = s.struct({
  kind: AlarmKind,
  /** When this device found out, Unix milliseconds. */
  atMs: s.integer,
  /** The account or device it is about, by id; or nothing. */
  subject: s.text,
  /** The cause, for whoever looks into it. */
  detail: s.text,
  acknowledged: s.flag,
})
export type Alarm = s.Of<typeof Alarm>

/** Names an alarm: the same finding has the same name. */
export function alarmId({ kind, subject, detail }: Pick<Alarm, "kind" | "subject" | "detail">): string {
  return bytesToHex(sha256(utf8ToBytes(`${kind}\0${subject}\0${detail}`))).slice(0, 16)
}

export class Alarms {
  private readonly changes = new OneAtATime()

  private constructor(
    private readonly device: Device,
    private readonly known: Map<string, Alarm>,
    private readonly told: () => void,
  ) {}

  /** `told` is called after each change. */
  static async open(device: Device, told: () => void): Promise<Alarms> {
    const stored = await allRecords(device.vault, Alarm, SPACE)
    return new Alarms(device, new Map(stored.map((alarm) => [alarmId(alarm), alarm])), told)
  }

  /** Stores a finding, unless it was told within a day or waits to be seen. */
  tell(kind: AlarmKind, subject = "", detail = ""): Promise<void> {
    return this.changes.run(async () => {
      const alarm = { kind, atMs: this.device.now(), subject, detail, acknowledged: false }
      const before = this.known.get(alarmId(alarm))
      if (before !== undefined && !(before.acknowledged && this.isOld(before))) return
      const least = before === undefined ? this.least() : undefined
      await this.device.vault.write([...(least === undefined ? [] : [forget(least)]), put(alarm)])
      if (least !== undefined) this.known.delete(alarmId(least))
      this.known.set(alarmId(alarm), alarm)
      this.told()
    })
  }

  /** All that were ever found out, the oldest first. */
  every(): Alarm[] {
    return [...this.known.values()].sort((one, other) => one.atMs - other.atMs)
  }

  /** Those that the person has to be shown, the oldest first. */
  current(): Alarm[] {
    return this.every().filter((alarm) => this.isCurrent(alarm))
  }

  /** Notes that the person has seen an alarm. */
  acknowledge(id: string): Promise<void> {
    return this.changes.run(async () => {
      const alarm = this.known.get(id)
      if (alarm === undefined || alarm.acknowledged) return
      const seen = { ...alarm, acknowledged: true }
      await this.device.vault.write([put(seen)])
      this.known.set(id, seen)
      this.told()
    })
  }

  /** Whether an alarm of this kind was not acknowledged yet. */
  stands(kind: AlarmKind): boolean {
    return this.current().some((alarm) => alarm.kind === kind)
  }

  /**
   * What has to go before another one is kept: the least to be missed. First what was
   * seen or is over, then what strangers can cause at will.
   */
  private least(): Alarm | undefined {
    if (this.known.size < MAX_ALARMS) return undefined
    const weight = (alarm: Alarm) => (this.isCurrent(alarm) ? 2 : 0) + (CAUSED_BY_STRANGERS.has(alarm.kind) ? 0 : 1)
    return this.every().reduce((least, alarm) => (weight(alarm) < weight(least) ? alarm : least))
  }

  private isCurrent(alarm: Alarm): boolean {
    return !alarm.acknowledged && (alarm.kind !== "new_device" || !this.isOld(alarm))
  }

  private isOld(alarm: Alarm): boolean {
    return this.device.now() - alarm.atMs >= BANNER_MS
  }
}

function put(alarm: Alarm): Put {
  return putRecord(SPACE, alarm, alarmId(alarm))
}

function forget(alarm: Alarm): Put {
  return { space: SPACE, name: alarmId(alarm), value: undefined }
}
