/** To find a mentor, and to be asked to be one. */

import { type ReadonlySignal, signal } from "@preact/signals"
import type { Chat } from "../chat/chat"
import { Refused } from "../protocol/errors"
import { MatchDatumKind, type MatchView as View } from "../protocol/events"
import type { Outcome } from "./asked"
import type { Answers, MatchCodes } from "./intake"
import type { KeptAnswers } from "./match-answers"
import type { MatchRoom, MatchTerms, MatchView } from "./match-models"
import { viewShown } from "./match-shown"
import { outcome } from "./outcome"

/** What is refused so has changed since it was looked at. */
const STALE: ReadonlySet<string> = new Set(["not_now", "not_found"])

export class LiveMatching implements MatchRoom {
  readonly view = signal<MatchView | undefined>(undefined)
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
    return outcome(() => this.read())
  }

  begin(codes: MatchCodes): Promise<Outcome> {
    return this.changing(() => this.chat.call("match.begin", { codes }))
  }

  choose(proposal: string, option: number): Promise<Outcome> {
    return this.changing(() => this.chat.call("match.choose", { proposal, option }))
  }

  others(proposal: string): Promise<Outcome> {
    return this.changing(() => this.chat.call("match.others", { proposal }))
  }

  stop(): Promise<Outcome> {
    return this.changing(() => this.chat.call("match.stop", {}))
  }

  answer(ask: string, yes: boolean): Promise<Outcome> {
    return this.changing(() => this.chat.call("match.answer", { ask, yes }))
  }

  orient(relationship: string): Promise<Outcome> {
    return this.changing(() => this.chat.call("match.orient", { relationship }))
  }

  contact(relationship: string, choice: "named" | "declined"): Promise<Outcome> {
    return this.changing(() => this.chat.call("match.contact", { relationship, choice }))
  }

  adjust(relationship: string, terms: MatchTerms | undefined): Promise<Outcome> {
    const asked = terms && { structure: terms.structure, meetings_a_month: terms.meetingsAMonth }
    return this.changing(() => this.chat.call("match.adjust", { relationship, terms: asked ?? null }))
  }

  rematch(relationship: string): Promise<Outcome> {
    return this.changing(() => this.chat.call("match.rematch", { relationship }))
  }

  end(relationship: string, graduated: boolean): Promise<Outcome> {
    return this.changing(() => this.chat.call("match.end", { relationship, graduated }))
  }

  withdraw(datum: string): Promise<Outcome> {
    return this.changing(() => this.chat.call("match.withdraw", { datum: MatchDatumKind.read(datum, "datum") }))
  }

  // --- within ---

  /** Every answer is how all of it stands. */
  private changing(asked: () => Promise<View>): Promise<Outcome> {
    return outcome(async () => {
      try {
        this.view.value = viewShown(await asked())
      } catch (error) {
        if (error instanceof Refused && STALE.has(error.code)) await this.tryRead()
        throw error
      }
    })
  }

  private async read(): Promise<void> {
    this.view.value = viewShown(await this.chat.call("match.view", {}))
  }

  /** What was refused is told in any case. */
  private async tryRead(): Promise<void> {
    await outcome(() => this.read())
  }
}
