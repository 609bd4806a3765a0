/** What somebody answered: in the store of this device, and told to nobody. */

import { type ReadonlySignal, type Signal, signal } from "@preact/signals"
import { getRecord, putRecord } from "../account/stored"
import type { Vault } from "../store/vault"
import type { Outcome } from "./asked"
import { Answers, NO_ANSWERS } from "./intake"
import { outcome } from "./outcome"

const SPACE = "match_answers"

export class KeptAnswers {
  private readonly shown: Signal<Answers>

  private constructor(
    private readonly vault: Vault,
    private readonly of: "search" | "offer",
    answers: Answers,
  ) {
    this.shown = signal(answers)
  }

  /** Those for looking for a mentor, or for offering to be one. */
  static async open(vault: Vault, of: "search" | "offer"): Promise<KeptAnswers> {
    return new KeptAnswers(vault, of, (await getRecord(vault, Answers, SPACE, of)) ?? NO_ANSWERS)
  }

  get current(): ReadonlySignal<Answers> {
    return this.shown
  }

  keep(answers: Answers): Promise<Outcome> {
    return outcome(async () => {
      await this.vault.write([putRecord(SPACE, answers, this.of)])
      this.shown.value = answers
    })
  }
}
