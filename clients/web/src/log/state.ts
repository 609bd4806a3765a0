/**
 * What is stored about the transparency log, and what every head that comes does to it.
 *
 * A proof begins at the head that is held. So whoever asks for one does it within
 * `asking`, together with what the answer does to the view.
 */

import type { Device } from "../account/device"
import { OneAtATime } from "../account/one-at-a-time"
import * as views from "../e2ee/formats/log-view"
import type { LogView, Observed } from "../e2ee/formats/log-view"
import type { SignedHead } from "../e2ee/formats/transparency"
import { equal } from "../e2ee/octets"
import type { Alarms } from "./alarms"

const SPACE = "log"

export class LogState {
  private readonly questions = new OneAtATime()

  private constructor(
    private readonly device: Device,
    private readonly alarms: Alarms,
    private known: LogView,
  ) {}

  static async open(device: Device, alarms: Alarms): Promise<LogState> {
    const stored = await device.vault.get(SPACE)
    const view = stored === undefined ? views.emptyView(device.identity.logPublic) : views.decode(stored)
    return new LogState(device, alarms, view)
  }

  /** What is known of the log. */
  get view(): LogView {
    return this.known
  }

  /** Entries under the newest head that was proven. */
  get size(): number {
    return Number(this.known.head?.size ?? 0n)
  }

  /** One question and what its answer does to the view: the head that is held stays meanwhile. */
  asking<T>(work: () => Promise<T>): Promise<T> {
    return this.questions.run(work)
  }

  /**
   * Takes in a head that somebody shows, within `asking`. `proof` is of consistency with
   * the head that is held. Throws `FormatError`: it is no head of this log.
   */
  async observe(head: SignedHead, proof?: readonly Uint8Array[]): Promise<Observed> {
    const [view, observed] = views.observe(this.known, head, this.device.now(), proof)
    await this.keep(view)
    return observed
  }

  /** Notes a split view if a proof is overdue; to be called after asking for it. */
  checkDeadline(): Promise<void> {
    return this.asking(() => this.keep(views.checkDeadline(this.known, this.device.now())))
  }

  private async keep(view: LogView): Promise<void> {
    const encoded = views.encode(view)
    if (equal(encoded, views.encode(this.known))) return
    const { split } = view
    const found = split !== undefined && split !== this.known.split
    // Told first: a crash in between finds it again, and never forgets it.
    if (found) {
      const sizes = `${split.held.size} and ${split.other.size} entries`
      await this.alarms.tell("split_view", "", `${split.kind}: heads of ${sizes}`)
    }
    await this.device.vault.write([{ space: SPACE, value: encoded }])
    this.known = view
  }
}
