/** To offer to be a mentor: what one tells of oneself, how many one helps, and a pause. */

import { type ReadonlySignal, signal } from "@preact/signals"
import type { Chat } from "../chat/chat"
import type { MatchOffering as Offering } from "../protocol/events"
import type { Outcome } from "./asked"
import type { Answers, MatchCodes } from "./intake"
import type { KeptAnswers } from "./match-answers"
import type { MatchOffering, OfferRoom } from "./match-models"
import { offeringShown } from "./match-shown"
import { outcome } from "./outcome"

export class LiveOffering implements OfferRoom {
  readonly offering = signal<MatchOffering | undefined>(undefined)
  readonly answers: ReadonlySignal<Answers>

  constructor(
    private readonly chat: Chat,
    private readonly kept: KeptAnswers,
  ) {
    this.answers = kept.current
  }

  keep(answers: Answers): Promise<Outcome> {
    return this.kept.keep(answers)
  }

  look(): Promise<Outcome> {
    return this.show(() => this.chat.call("match.offered", {}))
  }

  offer(codes: MatchCodes, places: number): Promise<Outcome> {
    return this.show(() => this.chat.call("match.offer", { codes, places }))
  }

  pause(paused: boolean): Promise<Outcome> {
    return this.show(() => this.chat.call("match.pause", { paused }))
  }

  takeBack(): Promise<Outcome> {
    return this.show(() => this.chat.call("match.take_back", {}))
  }

  private show(asked: () => Promise<Offering>): Promise<Outcome> {
    return outcome(async () => {
      this.offering.value = offeringShown(await asked())
    })
  }
}
