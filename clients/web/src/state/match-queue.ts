/** A coordinator's look at what a run proposes, before anybody sees it. */

import { signal } from "@preact/signals"
import type { Chat } from "../chat/chat"
import type { MatchReviews as Reviews } from "../protocol/events"
import type { Outcome } from "./asked"
import type { MatchQueue, MatchReviews } from "./match-models"
import { reviewsShown } from "./match-shown"
import { outcome } from "./outcome"

export class LiveMatchQueue implements MatchQueue {
  readonly reviews = signal<MatchReviews | undefined>(undefined)

  constructor(private readonly chat: Chat) {}

  look(): Promise<Outcome> {
    return this.show(() => this.chat.call("match.queue", {}))
  }

  release(proposal: string, leaveOut: readonly number[], reason: string): Promise<Outcome> {
    return this.show(() => this.chat.call("match.release", { proposal, leave_out: leaveOut, reason }))
  }

  run(): Promise<Outcome> {
    return this.show(() => this.chat.call("match.run", {}))
  }

  private show(asked: () => Promise<Reviews>): Promise<Outcome> {
    return outcome(async () => {
      this.reviews.value = reviewsShown(await asked())
    })
  }
}
