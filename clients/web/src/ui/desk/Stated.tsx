import { useEffect, useState } from "preact/hooks"
import type { Said } from "../../state/override-models"
import { Button } from "../parts/Button"
import { saveAs } from "../parts/saveAs"
import { words } from "../words"
import deskCss from "./Desk.module.css"
import css from "./Override.module.css"
import type { OverrideProps } from "./OverrideSteps"
import { say } from "./override-words"

/** What was stated, for who did so on this device; of others only that it is elsewhere. */
export function Stated({ desk, shown }: OverrideProps) {
  const [said, setSaid] = useState<Said>()
  useEffect(() => {
    let isOver = false
    void desk.overrides.saidOf(shown).then((found) => isOver || setSaid(found))
    return () => {
      isOver = true
    }
  }, [desk, shown.statement_hash])
  if (said === undefined) {
    return shown.opened_by === desk.overrides.account ? <p class={deskCss.faint}>{say("said.not_here")}</p> : null
  }
  return (
    <details class={deskCss.more}>
      <summary>{say("said.title")}</summary>
      <div class={css.card}>
        <h3>{say("said.statement")}</h3>
        <p class={css.said} dir="auto">
          {said.statement}
        </p>
        <h3>{say("said.released")}</h3>
        <p class={css.said} dir="auto">
          {said.released}
        </p>
        <p class={deskCss.faint}>{say("said.kept", { time: words().date(said.keptUntil, { dateStyle: "long" }) })}</p>
        <p>
          <Button onClick={() => saveAs(said.proof, `${shown.override}.json`)}>{say("said.save")}</Button>
        </p>
      </div>
    </details>
  )
}
