import type { CallRow } from "../../state/call-models"
import type { Outcome } from "../../state/models"
import { Button } from "../parts/Button"
import { useAsking } from "../parts/useAsking"
import { go } from "../router"
import css from "./Panel.module.css"
import { callProblem, say } from "./words"

export interface AnotherProps {
  /** Where the calls are that one is in. */
  readonly other: CallRow
  readonly conversation: string
  /** Leaves them, and goes in here. */
  readonly onMove: () => Promise<Outcome>
}

/** Nobody is in two calls: which of them is theirs to say, and nothing is left by itself. */
export function Another({ other, conversation, onMove }: AnotherProps) {
  const { busy, problem, ask } = useAsking()
  const back = other.isHere ? `#/c/${other.conversation}/call` : `#/c/${conversation}`
  return (
    <>
      <p>{say(other.isHere ? "another.here" : "another.elsewhere")}</p>
      <div class={css.acts}>
        <Button look="main" disabled={busy} onClick={() => void ask(onMove)}>
          {say("another.move")}
        </Button>
        <Button disabled={busy} onClick={() => go(back)}>
          {say("another.stay")}
        </Button>
      </div>
      {problem && <p role="alert">{callProblem(problem)}</p>}
    </>
  )
}

/** The call of another conversation that one is in, on this device before any other. */
export function anotherOf(running: readonly CallRow[], conversation: string): CallRow | undefined {
  const others = running.filter((row) => row.conversation !== conversation)
  return others.find(({ isHere }) => isHere) ?? others.find(({ isElsewhere }) => isElsewhere)
}
