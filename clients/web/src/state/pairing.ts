/** Two devices that get to know each other, as the steps that a person is led through. */

import { signal } from "@preact/signals"
import type { Pairing, PairingStep } from "./models"
import { problemOf } from "./outcome"

export class LivePairing implements Pairing {
  readonly step = signal<PairingStep>({ kind: "preparing" })
  private readonly ending = new AbortController()

  /** Begins `work`, which leads through the steps. `failed` hears of defects. */
  constructor(work: (pairing: LivePairing) => Promise<unknown>, failed: (error: unknown) => void) {
    work(this).then(
      () => this.at({ kind: "done" }),
      (error: unknown) => {
        const problem = problemOf(error)
        if (problem !== undefined) this.at({ kind: "failed", problem })
        else if (!this.signal.aborted) failed(error)
      },
    )
  }

  /** Ends every wait of `work`. */
  get signal(): AbortSignal {
    return this.ending.signal
  }

  cancel(): void {
    this.ending.abort()
  }

  // --- what `work` leads through ---

  offer(payload: string): void {
    this.at({ kind: "offered", payload })
  }

  /** Shows six digits to be typed on the other device; whether it took them. */
  show(digits: string): Promise<boolean> {
    return this.asked((answer) => ({ kind: "compare", digits, confirm: answer }))
  }

  /** The six digits that the other device shows. */
  type(): Promise<string> {
    return this.asked((answer) => ({ kind: "type", enter: answer }))
  }

  // --- within ---

  private asked<Answer>(step: (answer: (given: Answer) => void) => PairingStep): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(this.signal.reason as Error)
      this.signal.addEventListener("abort", ended, { once: true })
      this.at(
        step((given) => {
          this.signal.removeEventListener("abort", ended)
          this.at({ kind: "preparing" })
          resolve(given)
        }),
      )
    })
  }

  private at(step: PairingStep): void {
    if (!this.signal.aborted) this.step.value = step
  }
}
