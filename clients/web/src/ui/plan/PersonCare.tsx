import type { Conversation, Outcome } from "../../state/models"
import { AskMe } from "../screening/AskMe"
import css from "./Plan.module.css"
import { SharedPlan } from "./SharedPlan"
import { say } from "./words"

export interface PersonCareProps {
  readonly conversation: Conversation
  /** Tells the server a band, and nothing else. */
  readonly onBand: (band: 0 | 1 | 2 | 3 | 4) => Promise<Outcome>
}

/** For whoever asks for help, below the chat: questions to be understood by, and their plan. */
export function PersonCare({ conversation, onBand }: PersonCareProps) {
  return (
    <div class={css.head}>
      <details class={css.care} data-care="questions">
        <summary>
          <h2>{say("questions.begin")}</h2>
        </summary>
        <div>
          <AskMe conversation={conversation} onBand={onBand} />
        </div>
      </details>
      <details class={css.care} data-care="plan">
        <summary>
          <h2>{say("plan.mine")}</h2>
        </summary>
        <div>
          <SharedPlan conversation={conversation} />
        </div>
      </details>
    </div>
  )
}
