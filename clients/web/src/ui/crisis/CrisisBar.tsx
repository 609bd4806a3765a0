import type { Crisis } from "../../state/crisis-models"
import { Button } from "../parts/Button"
import { go, route } from "../router"
import { say } from "../words"
import css from "./CrisisBar.module.css"

/** That somebody is asked to come, or is there, on every screen. It names nobody: others may look. */
export function CrisisBar({ crisis }: { readonly crisis: Crisis }) {
  const stage = crisis.stage.value
  const conversation = crisis.conversation.value
  const at = route.value
  const isThere = at.screen === "conversation" && at.id === conversation
  const isTold = stage === "asking" || stage === "waiting" || stage === "coming" || stage === "here"
  if (!isTold || isThere) return null
  return (
    <div class={css.bar}>
      <p>
        {crisis.shown.value?.isDrill === true && <strong>{say("crisis.bar.drill")} </strong>}
        {say(`crisis.bar.${stage}`)}
      </p>
      {conversation !== undefined && (
        <Button onClick={() => go(`#/c/${conversation}`)}>{say("crisis.bar.open")}</Button>
      )}
    </div>
  )
}
