/** One's place before the room, and who lets people in: as it was at first, and as it has become. */

import type { CallNotice } from "../chat/updates"
import type { HostView, WaitingPlace } from "../protocol/events"

export interface Standing {
  readonly place: number
  readonly host: HostView
}

export class Line {
  private from: WaitingPlace | undefined
  private standing: Standing | undefined

  /** `given`: what came with the last answer; what was told since then counts. */
  now(given: WaitingPlace): Standing {
    if (given !== this.from || this.standing === undefined) this.standing = given
    this.from = given
    return this.standing
  }

  hear(notice: CallNotice, own: string): void {
    if (this.standing === undefined) return
    if (notice.name === "host.changed") this.standing = { ...this.standing, host: notice.fact.host }
    if (notice.name === "member.waited" && notice.fact.waiting.member === own)
      this.standing = { ...this.standing, place: notice.fact.waiting.place }
  }
}
