import { useEffect, useMemo } from "preact/hooks"
import type { Session } from "../../state/models"
import type { Route } from "../route"
import { People } from "./People"
import { Report } from "./Report"
import { Safety } from "./Safety"
import { TalkScreen } from "./TalkScreen"

export interface ConversationScreensProps {
  readonly session: Session
  readonly at: Extract<Route, { screen: "conversation" }>
}

/** The screens of one conversation. */
export function ConversationScreens({ session, at }: ConversationScreensProps) {
  const conversation = useMemo(() => session.open(at.id), [at.id])
  useEffect(() => {
    const first = conversation.firstUnread.value
    const isHere = conversation.messages.value.some(({ id }) => id === first)
    if (first !== undefined && !isHere) void conversation.show(first)
  }, [conversation])
  useEffect(() => {
    if (at.part === "at" && at.message !== undefined) void conversation.show(at.message)
  }, [at.part, at.message])
  switch (at.part) {
    case "people":
      return (
        <People
          conversation={conversation}
          muted={session.conversations.value.some((row) => row.id === at.id && row.muted)}
        />
      )
    case "safety":
      return <Safety conversation={conversation} />
    case "report":
      return <Report conversation={conversation} first={at.message} />
    default:
      return <TalkScreen conversation={conversation} target={at.message} />
  }
}
