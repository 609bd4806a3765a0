import { useEffect, useState } from "preact/hooks"
import type { Conversation, Session } from "../../state/models"
import { Screen } from "../parts/Screen"
import { useLoaded } from "../parts/useLoaded"
import type { Route } from "../route"
import { say } from "../words"
import { People } from "./People"
import { Safety } from "./Safety"
import { TalkScreen } from "./TalkScreen"

export interface ConversationScreensProps {
  readonly session: Session
  readonly at: Extract<Route, { screen: "conversation" }>
}

/** The screens of one conversation. */
export function ConversationScreens({ session, at }: ConversationScreensProps) {
  const opened = useConversation(session, at.id)
  if (opened === "opening") return null
  if (opened === "slow") return <Opening />
  if (opened === undefined) return <NotHere />
  switch (at.part) {
    case "people":
      return (
        <People
          conversation={opened}
          muted={session.conversations.value.some((row) => row.id === at.id && row.muted)}
        />
      )
    case "safety":
      return <Safety conversation={opened} />
    case "session":
      return <Planning conversation={opened} />
    case "report":
      return <Reporting conversation={opened} first={at.message} />
    default:
      return <TalkScreen conversation={opened} target={at.message} />
  }
}

/** Up to here nothing is said: most conversations are there before anybody could read it. */
const SLOW_MS = 400

/** The conversation, as long as it is looked at. */
function useConversation(session: Session, id: string): Conversation | "opening" | "slow" | undefined {
  const [opened, setOpened] = useState<Conversation | "opening" | "slow" | undefined>("opening")
  useEffect(() => {
    let wanted = true
    const timer = setTimeout(() => setOpened("slow"), SLOW_MS)
    const opening = session.open(id)
    void opening.then((conversation) => {
      clearTimeout(timer)
      if (wanted) setOpened(conversation)
    })
    return () => {
      wanted = false
      clearTimeout(timer)
      void opening.then((conversation) => conversation?.close())
    }
  }, [id])
  return opened
}

/** It comes only when somebody wants it. */
function Reporting({
  conversation,
  first,
}: {
  readonly conversation: Conversation
  readonly first: string | undefined
}) {
  const loaded = useLoaded(() => import("./Report"))
  return loaded ? <loaded.Report conversation={conversation} first={first} /> : null
}

function Planning({ conversation }: { readonly conversation: Conversation }) {
  const loaded = useLoaded(() => import("../session/SessionScreen"))
  return loaded ? <loaded.SessionScreen conversation={conversation} /> : null
}

function Opening() {
  return (
    <Screen title={say("talk.opening")} back="#/">
      <p role="status">{say("talk.opening.text")}</p>
    </Screen>
  )
}

function NotHere() {
  return (
    <Screen title={say("talk.not_here")} back="#/">
      <p>{say("talk.not_here.text")}</p>
    </Screen>
  )
}
