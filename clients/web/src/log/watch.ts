/**
 * Reads the whole log, entry by entry, and looks for one's own account in it.
 *
 * Nobody else can say which entries about an account are right, so its own devices look
 * at each: it records the next list that the account signed, or somebody passes for the
 * account, and the person is told.
 */

import type { Device } from "../account/device"
import { ClientError } from "../account/errors"
import { idBytes, idText } from "../account/ids"
import type { Call } from "../account/keys"
import { OneAtATime } from "../account/one-at-a-time"
import { getRecord, putRecord } from "../account/stored"
import * as lists from "../e2ee/formats/device-list"
import type { DeviceList } from "../e2ee/formats/device-list"
import { FormatError } from "../e2ee/formats/errors"
import * as entries from "../e2ee/formats/log-entry"
import type { LogEntry } from "../e2ee/formats/log-entry"
import * as transparency from "../e2ee/formats/transparency"
import { equal, keyOf } from "../e2ee/octets"
import { retryDelayMs } from "../protocol/backoff"
import { Refused } from "../protocol/errors"
import type { DeviceListShown } from "../protocol/events"
import type { Alarms } from "./alarms"
import { proofOf } from "./gossip"
import { NOTHING_READ, Read, Reading } from "./reading"
import type { LogState } from "./state"

/** Entries about this account that are not its own, looked into at one time. */
const MAX_UNKNOWN = 8
/** In a row, once the server says that there were too many questions. */
const MAX_PAUSES = 10
const SPACE = "log_read"

export class Watch {
  private readonly looks = new OneAtATime()

  private constructor(
    private readonly device: Device,
    private readonly call: Call,
    private readonly state: LogState,
    private readonly alarms: Alarms,
    private readonly checkedList: (account: string) => Promise<unknown>,
    private known: Read,
  ) {}

  static async open(
    device: Device,
    call: Call,
    state: LogState,
    alarms: Alarms,
    checkedList: (account: string) => Promise<unknown>,
  ): Promise<Watch> {
    const known = (await getRecord(device.vault, Read, SPACE)) ?? NOTHING_READ
    return new Watch(device, call, state, alarms, checkedList, known)
  }

  /** Every key of the authentication service in what was read, by hex text. */
  get loggedAsKeys(): ReadonlySet<string> {
    return new Set(this.known.asKeys.map(keyOf))
  }

  /** Whether the newest report key that was read is this one. */
  loggedReportKey(suite: number, reportPublic: Uint8Array): boolean {
    const { reportKey } = this.known
    return reportKey.length > 0 && entries.recordsReportKey(entries.decode(reportKey), suite, reportPublic)
  }

  /**
   * Reads what was added since the last time, and tells what is wrong with it. Throws
   * `ClientError` (`not_proven`): the entries are not those of the log known here;
   * `Refused`, `NotConnected`: the server gave no answer.
   */
  look(): Promise<void> {
    return this.looks.run(async () => {
      const reading = new Reading(this.known, entries.tagOf(idBytes(this.device.identity.account)))
      try {
        await this.read(reading)
      } catch (error) {
        if (!(error instanceof FormatError)) throw error
        await this.alarms.tell("not_proven", "", error.code)
        throw new ClientError("client.not_proven", `the log could not be followed (${error.code})`)
      }
      await this.compareReportKeys(this.known.reportKey, reading.reportKey)
      const read = reading.done(await this.checkOwn(reading.own))
      await this.device.vault.write([putRecord(SPACE, read)])
      this.known = read
    })
  }

  /** Reads to the end of the log, and holds it against its signed head. Throws `FormatError`. */
  private async read(reading: Reading): Promise<void> {
    let head: transparency.SignedHead
    for (let more = true; more; ) {
      const page = await this.call("log.entries", { since: reading.size })
      head = transparency.decode(page.head)
      reading.take(page.entries.map(entries.decode))
      more = page.entries.length > 0 && reading.frontier.size < head.size
      if (!more) await this.hold(reading, head)
    }
  }

  private async hold(reading: Reading, head: transparency.SignedHead): Promise<void> {
    const observed = await this.state.asking(async () =>
      this.state.observe(head, await proofOf(this.call, this.state, head)),
    )
    if (observed === "unproven" || observed === "split") {
      throw new FormatError("log.proof_invalid", "it does not continue the log known here")
    }
    // An earlier head, which arrived late, may be of fewer entries than were read.
    if (observed !== "earlier" || reading.frontier.size <= head.size) {
      transparency.checkFrontier(reading.frontier, head)
    }
  }

  private async compareReportKeys(before: Uint8Array, after: Uint8Array): Promise<void> {
    if (before.length === 0 || equal(before, after)) return
    const [was, now] = [entries.decode(before), entries.decode(after)]
    if (!equal(was.contentHash, now.contentHash)) {
      await this.alarms.tell("report_key", "", keyOf(now.contentHash))
    }
  }

  // --- one's own entries ---

  /** Compares what is recorded about this account with what it signed; the newest own list's number. */
  private async checkOwn(own: readonly LogEntry[]): Promise<number> {
    const { account } = this.device.identity
    const before = this.device.lists.newest(account)
    let counter = BigInt(this.known.ownCounter)
    let [unknown, isLater] = [0, before === undefined]
    for (const entry of own) {
      const signed = await this.signedNext(entry, counter)
      if (signed !== undefined) {
        counter = entry.counter
        if (before !== undefined && counter > before.counter) {
          await this.tellAdded(before, signed)
          isLater = true
        }
        continue
      }
      await this.alarms.tell("own_account", account, `entry ${entry.seq} of the log`)
      if (++unknown === MAX_UNKNOWN) break
    }
    if (isLater) await this.checkedList(account)
    return Number(counter)
  }

  /** Tells of a device that came, also if a later list is without it again. */
  private async tellAdded(before: DeviceList, signed: DeviceList): Promise<void> {
    const { device } = this.device.identity
    const added = signed.devices.filter(({ deviceId }) => lists.find(before, deviceId) === undefined)
    for (const each of added.map(({ deviceId }) => idText(deviceId))) {
      if (each !== device) await this.alarms.tell("new_device", each)
    }
  }

  /**
   * The list that an entry records, if this account signed it, and in its turn. Whoever
   * got hold of the account's key can sign a second list under a number that was used.
   * Devices that know the first one refuse it, and people who meet the account for the
   * first time would not.
   */
  private async signedNext(entry: LogEntry, counter: bigint): Promise<DeviceList | undefined> {
    if (entry.counter <= counter) return undefined
    const known = this.device.lists.newest(this.device.identity.account)
    if (known !== undefined && records(entry, known)) return known
    let listed: DeviceList
    try {
      listed = lists.decode((await this.shown(Number(entry.counter))).device_list)
      lists.verify(listed)
    } catch (error) {
      if (error instanceof FormatError || (error instanceof Refused && error.fault !== "server")) return undefined
      throw error
    }
    return this.device.signsList(listed) && records(entry, listed) ? listed : undefined
  }

  private async shown(counter: number): Promise<DeviceListShown> {
    const question = { account: this.device.identity.account, known_size: 0, counter }
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.call("device.list", question)
      } catch (error) {
        const tooMany = error instanceof Refused && error.code === "rate_limited"
        if (!tooMany || attempt === MAX_PAUSES) throw error
        const delay = retryDelayMs(0, error.retryAfterMs)
        await new Promise((resolve) => setTimeout(resolve, delay))
      }
    }
  }
}

function records(entry: LogEntry, list: DeviceList): boolean {
  try {
    entries.checkAccountEntry(entry, list)
    return true
  } catch (error) {
    if (error instanceof FormatError) return false
    throw error
  }
}
