import type { Session } from "../../state/models"
import { Icon } from "../parts/Icon"
import { Heading } from "../parts/Screen"
import { say } from "../words"
import { ConversationList } from "./ConversationList"
import css from "./Home.module.css"

/** The list by itself, where the window has room for one thing. */
export function Home({ session }: { readonly session: Session }) {
  return <ConversationList session={session} />
}

/** Beside the list, until a conversation is chosen. */
export function NothingOpen({ session }: { readonly session: Session }) {
  const isEmpty = session.conversations.value.length === 0
  return (
    <div class={css.nothing}>
      <span class={css.mark}>
        <Icon name="talk" />
      </span>
      <Heading>{say("home.hello", { name: session.me.handle })}</Heading>
      <p>{say(isEmpty ? "home.empty" : "home.choose")}</p>
      <p class={css.help}>{say("home.help")}</p>
    </div>
  )
}
