import { useState } from "preact/hooks"
import type { BoardResponder, Desk } from "../../state/desk-models"
import { Button } from "../parts/Button"
import { useAsking } from "../parts/useAsking"
import { deskProblem, say } from "./words"
import css from "./Board.module.css"

/** A rest that a supervisor may end for somebody else. */
export function EarlyStart({ desk, of }: { readonly desk: Desk; readonly of: BoardResponder }) {
  const { busy, problem, ask } = useAsking()
  const [isAllowed, setAllowed] = useState(false)
  const allow = async () => {
    const { done } = await ask(() => desk.allow(of.account))
    if (done) setAllowed(true)
  }
  return (
    <>
      {!isAllowed && (
        <Button label={say("team.allow.it", { name: of.handle })} disabled={busy} onClick={() => void allow()}>
          {say("team.allow")}
        </Button>
      )}
      <p role="status" class={css.small}>
        {isAllowed && say("team.allowed")}
      </p>
      {problem && <p role="alert">{deskProblem(problem)}</p>}
    </>
  )
}
