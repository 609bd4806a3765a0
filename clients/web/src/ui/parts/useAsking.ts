import { useState } from "preact/hooks"
import type { Outcome, Problem } from "../../state/models"

export interface Asking {
  readonly busy: boolean
  readonly problem: Problem | undefined
  /** Runs what was asked for; keeps why it did not happen, until the next try. */
  readonly ask: <Answer extends Outcome>(run: () => Promise<Answer>) => Promise<Answer>
  readonly clear: () => void
}

/** Something a person asked for: one at a time, with its problem in words to show. */
export function useAsking(): Asking {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  return {
    busy,
    problem,
    clear: () => setProblem(undefined),
    ask: async (run) => {
      setBusy(true)
      setProblem(undefined)
      try {
        const outcome = await run()
        if (!outcome.done) setProblem(outcome.problem)
        return outcome
      } finally {
        setBusy(false)
      }
    },
  }
}
