import type { Session } from "../../state/models"
import { useConversation } from "../conversation/ConversationScreens"
import { ScreeningAnswers } from "../screening/ScreeningAnswers"
import css from "./Plan.module.css"
import { SharedPlan } from "./SharedPlan"
import { say } from "./words"

export interface CaseCareProps {
  readonly session: Session
  /** The id of a conversation that is on this device. */
  readonly conversation: string
}

/** For whoever helps, beside the chat: what the person has answered, and their plan. */
export function CaseCare({ session, conversation }: CaseCareProps) {
  const opened = useConversation(session, conversation)
  if (typeof opened !== "object") return null
  return (
    <div class={`${css.head} ${css.beside}`}>
      <details class={css.care} data-care="answers">
        <summary>
          <h2>{say("answers.title")}</h2>
        </summary>
        <div>
          <ScreeningAnswers screenings={opened.screenings.value} />
        </div>
      </details>
      <details class={css.care} data-care="plan">
        <summary>
          <h2>{say("plan.conversation")}</h2>
        </summary>
        <div>
          <SharedPlan conversation={opened} withOwn={false} />
        </div>
      </details>
    </div>
  )
}
