/** What this device tells of itself in a call: what its tile shows, and how its line was at its worst. */

import { Slot } from "../e2ee/formats/media-slots"
import type { OwnSources } from "./devices"
import { type Line, UNKNOWN, worse } from "./line"
import type { CallRoom } from "./room"

export class Tile {
  private said = ""
  /** The worst minute so far. */
  private line = UNKNOWN

  constructor(
    private readonly room: Pick<CallRoom, "id" | "state" | "ask">,
    private readonly sources: Pick<OwnSources, "isOn">,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** A server that was started anew does not know what the tile shows. */
  forgotten(): void {
    this.said = ""
  }

  /** Told only when it is worse than before: a few times in a call, however long. */
  measured(line: Line = UNKNOWN): void {
    const worst = worse(this.line, line)
    if (worst === this.line) return
    this.line = worst
    this.say()
  }

  /** Tells what has changed since it was told the last time, if anything has. */
  say(): void {
    const { id: call, state } = this.room
    if (state.kind !== "in") return
    const muted = !this.sources.isOn(Slot.microphone)
    const camera = this.sources.isOn(Slot.camera)
    const { loss: loss_percent = null, rtt: rtt_ms = null } = this.line
    const said = [muted, camera, state.seat.conn_epoch, loss_percent, rtt_ms].join()
    if (said === this.said) return
    this.said = said
    this.room.ask("state.set", { call, muted, camera, loss_percent, rtt_ms }).catch((error: unknown) => {
      this.said = ""
      this.failed(error)
    })
  }
}
