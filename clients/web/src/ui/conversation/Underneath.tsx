import type { Conversation } from "../../state/models"
import { Button } from "../parts/Button"
import { Notice } from "../parts/Notice"
import { problemText } from "../parts/problems"
import { namesOf, say } from "../words"
import type { Talk } from "./talk"
import css from "./Underneath.module.css"

/** Who writes at this moment. */
export function Typing({ conversation }: { readonly conversation: Conversation }) {
  const names = conversation.typing.value
  return (
    <p class={css.typing}>{names.length > 0 && say("talk.typing", { names: namesOf(names), count: names.length })}</p>
  )
}

/** Why what was asked for did not happen, until it is closed. */
export function Problems({ talk }: { readonly talk: Talk }) {
  const problem = talk.problem.value
  if (!problem) return null
  return (
    <div class={css.problem}>
      <Notice
        live
        actions={
          <Button
            onClick={() => {
              talk.problem.value = undefined
            }}
          >
            {say("close")}
          </Button>
        }
      >
        <p>{problemText(problem)}</p>
      </Notice>
    </div>
  )
}
