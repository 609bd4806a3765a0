/**
 * The transparency log on this device: everything that follows it.
 *
 * At each connect, and every hour, the log is read to its end (`watch.ts`) and the heads
 * that others sent are looked into (`gossip.ts`). Device lists are asked for in between,
 * when somebody is met (`key-log.ts`). Whoever owns the connection calls `look` and
 * keeps the time.
 */

import type { Device } from "../account/device"
import { ClientError } from "../account/errors"
import type { Call } from "../account/keys"
import { serverInfo } from "../account/register"
import { suiteName } from "../e2ee/suites"
import { Alarms } from "./alarms"
import { Gossip } from "./gossip"
import { KeyLog } from "./key-log"
import { ServiceKeys } from "./service-keys"
import { LogState } from "./state"
import { Watch } from "./watch"

/** How often the log is read while connected. */
export const LOOK_AGAIN_MS = 60 * 60 * 1000

/** The key of the safety team, as everybody sees it in the log. */
export interface ReportKey {
  /** Whose KEM and AEAD seal a report. */
  readonly suite: number
  readonly public: Uint8Array
}

export class Transparency {
  private constructor(
    private readonly device: Device,
    readonly alarms: Alarms,
    readonly state: LogState,
    readonly log: KeyLog,
    readonly gossip: Gossip,
    readonly watch: Watch,
    readonly serviceKeys: ServiceKeys,
  ) {}

  /** `told` is called when the alarms change. */
  static async open(device: Device, call: Call, told: () => void): Promise<Transparency> {
    const alarms = await Alarms.open(device, told)
    const state = await LogState.open(device, alarms)
    const log = new KeyLog(device, call, state, alarms)
    const watch = await Watch.open(device, call, state, alarms, (account) => log.checkedList(account))
    const gossip = new Gossip(device, call, state)
    return new Transparency(device, alarms, state, log, gossip, watch, new ServiceKeys(device, watch, alarms))
  }

  /** Reads the log to its end and settles what was heard. Throws `Refused`, `NotConnected`: look again later. */
  async look(): Promise<void> {
    try {
      await this.watch.look()
      await this.serviceKeys.compare()
    } catch (error) {
      // Told to the person already.
      if (!(error instanceof ClientError)) throw error
    }
    await this.gossip.settle()
  }

  /**
   * The key that reports are sealed to; undefined if nobody takes reports here. Throws
   * `ClientError`: `report_key_changed` once, so that the person who is told may report
   * again; `not_proven` if it is not the newest in the log; `Refused`, `NotConnected`.
   */
  async reportKey(): Promise<ReportKey | undefined> {
    const { safety_suite: suite, safety_pub } = await serverInfo(this.device.identity.origin)
    if (safety_pub.length === 0) return undefined
    const wasTold = this.alarms.stands("report_key")
    await this.watch.look()
    if (this.alarms.stands("report_key") && !wasTold) {
      throw new ClientError("client.report_key_changed", "the safety team has another key than before")
    }
    if (suiteName(suite) !== undefined && this.watch.loggedReportKey(suite, safety_pub)) {
      return { suite, public: safety_pub }
    }
    await this.alarms.tell("not_proven", "", "the key for reports")
    throw new ClientError("client.not_proven", "the key for reports is not the newest one in the log")
  }
}
