import type { Desk, DeskCase } from "../../state/desk-models"
import { Button } from "../parts/Button"
import { useAsking } from "../parts/useAsking"
import css from "./Case.module.css"
import { deskProblem, say } from "./words"

/** A guest leaves; the case stays with whoever has it. */
export function StepOut({ desk, held }: { readonly desk: Desk; readonly held: DeskCase }) {
  const { busy, problem, ask } = useAsking()
  return (
    <div class={css.form}>
      <p>{say("leave.hint")}</p>
      <Button disabled={busy} onClick={() => void ask(() => desk.stepOut(held.case))}>
        {say("leave.do")}
      </Button>
      {problem && <p role="alert">{deskProblem(problem)}</p>}
    </div>
  )
}
