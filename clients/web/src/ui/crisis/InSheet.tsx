import { useEffect } from "preact/hooks"
import type { Crisis } from "../../state/crisis-models"
import { country } from "../help/countries"
import { Button } from "../parts/Button"
import { say, words } from "../words"
import css from "./Crisis.module.css"
import { Standing } from "./Going"
import { titleOf } from "./said"

export interface InSheetProps {
  readonly crisis: Crisis
  /** Shows the conversation, where there is one. */
  readonly onTalk: (conversation: string) => void
}

/** Somebody to talk to, asked for without leaving the screen. */
export function InSheet({ crisis, onTalk }: InSheetProps) {
  const stage = crisis.stage.value
  const desk = crisis.desk.value
  const conversation = crisis.conversation.value
  const isGoing = stage !== "start" && stage !== "over"
  useEffect(() => crisis.lookForDesk(), [crisis])
  return (
    <div class={css.going}>
      <h3>{isGoing ? titleOf(stage, crisis.shown.value) : say("help.talk")}</h3>
      {desk === "demo" && (
        <p class={css.demo} role="note">
          <strong>{say("crisis.demo.title")}</strong> {say("crisis.demo.text")}
        </p>
      )}
      {!isGoing && desk === "none" && <p>{say("help.closed")}</p>}
      {!isGoing && desk !== "none" && (
        <>
          <button type="button" class={css.big} onClick={() => crisis.ask(words().language, country.peek())}>
            {say("crisis.ask")}
          </button>
          <p>{say("crisis.sheet.text")}</p>
        </>
      )}
      {isGoing && crisis.shown.value?.isDrill === true && <p>{say("crisis.drill")}</p>}
      {isGoing && <Standing crisis={crisis} />}
      {isGoing && conversation !== undefined && (
        <div class={css.steps}>
          <Button look="main" onClick={() => onTalk(conversation)}>
            {say("crisis.sheet.write")}
          </Button>
        </div>
      )}
    </div>
  )
}
