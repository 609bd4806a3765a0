import type { Message } from "../../state/models"
import { Button } from "../parts/Button"
import { Dialog } from "../parts/Dialog"
import { go } from "../router"
import { say } from "../words"
import { lineOf } from "./lines"
import css from "./MessageActions.module.css"
import type { Talk } from "./talk"

/** A few that are kind in any conversation; none that laughs at somebody. */
export const REACTIONS = ["❤️", "👍", "🙏", "🤗", "💪", "😢"] as const

/** What can be done with one message. */
export function MessageActions({ talk, message }: { readonly talk: Talk; readonly message: Message }) {
  const { conversation } = talk
  const close = () => {
    talk.acting.value = undefined
  }
  const then = (run: () => void) => () => {
    close()
    run()
  }
  const me = conversation.members.value.find((member) => member.me)?.handle ?? ""
  return (
    <Dialog title={say("message.do")} onClose={close} actions={<Button onClick={close}>{say("close")}</Button>}>
      <p class={css.quote}>
        <span dir="auto">{lineOf(message)}</span>
      </p>
      <div class={css.reactions} role="group" aria-label={say("reaction.title")}>
        {REACTIONS.map((emoji) => {
          const isOn = message.reactions.get(emoji)?.includes(me) ?? false
          return (
            <button
              key={emoji}
              type="button"
              class={css.reaction}
              aria-pressed={isOn}
              onClick={then(() => void conversation.react(message.id, emoji, !isOn))}
            >
              {emoji}
            </button>
          )
        })}
      </div>
      <div class={css.actions}>
        <Button wide onClick={then(() => (talk.replyingTo.value = message))}>
          {say("message.reply")}
        </Button>
        {message.mine && message.kind === "text" && (
          <Button wide onClick={then(() => (talk.editing.value = message))}>
            {say("message.edit")}
          </Button>
        )}
        {message.kind === "text" && (
          <Button wide onClick={then(() => void navigator.clipboard.writeText(message.text))}>
            {say("message.copy")}
          </Button>
        )}
        {message.mine && (
          <Button wide onClick={then(() => talk.remove(message.id))}>
            {say("message.delete")}
          </Button>
        )}
        {!message.mine && !talk.isPlain && (
          <Button wide onClick={then(() => go(`#/c/${conversation.id}/report/${message.id}`))}>
            {say("message.report")}
          </Button>
        )}
      </div>
    </Dialog>
  )
}
