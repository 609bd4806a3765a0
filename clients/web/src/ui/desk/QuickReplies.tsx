import type { Conversation } from "../../state/models"
import css from "./Case.module.css"
import { type DeskKey, say } from "./words"

const REPLIES = ["here", "safe", "tell", "slow", "still", "minute"] as const

/** Puts a sentence behind what is written already; it is sent by hand. */
export function intoDraft(conversation: Conversation, text: string): void {
  const draft = conversation.draft.peek()
  conversation.draft.value = draft === "" ? text : `${draft} ${text}`
}

/** Sentences to begin with. Each goes into the field, and is sent by hand. */
export function QuickReplies({ conversation }: { readonly conversation: Conversation }) {
  return (
    <details class={css.replies}>
      <summary>{say("replies.title")}</summary>
      <ul role="list">
        {REPLIES.map((each) => {
          const text = say(`reply.${each}` as DeskKey)
          return (
            <li key={each}>
              <button
                type="button"
                onClick={(event) => {
                  intoDraft(conversation, text)
                  event.currentTarget.closest("details")?.removeAttribute("open")
                }}
              >
                {text}
              </button>
            </li>
          )
        })}
      </ul>
    </details>
  )
}
