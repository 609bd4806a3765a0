import type { Session } from "../../state/models"
import { Screen } from "../parts/Screen"
import { say } from "../words"
import { ConversationList } from "./ConversationList"

/** The list by itself, where the window has room for one thing. */
export function Home({ session }: { readonly session: Session }) {
  return <ConversationList session={session} />
}

/** Beside the list, until a conversation is chosen. */
export function NothingOpen({ session }: { readonly session: Session }) {
  const isEmpty = session.conversations.value.length === 0
  return (
    <Screen title={say("home.hello", { name: session.me.handle })}>
      <p>{say(isEmpty ? "home.empty" : "home.choose")}</p>
      <p>{say("home.help")}</p>
    </Screen>
  )
}
