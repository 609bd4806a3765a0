import { useEffect, useState } from "preact/hooks"
import type { Conversation, Session } from "../../state/models"
import { InTalk } from "../crisis/InTalk"
import { Screen } from "../parts/Screen"
import { useLoaded } from "../parts/useLoaded"
import type { Route } from "../route"
import { go } from "../router"
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
  const held = caseWith(session, at.id)
  // Whoever answers somebody has the tools and the times of the case beside the talk.
  const isAtDesk = held !== undefined && at.part === "talk"
  useEffect(() => {
    if (isAtDesk) go(`#/desk/case/${held}`)
  }, [isAtDesk, held])
  return isAtDesk ? null : <Opened session={session} at={at} />
}

/** The case that this account answers in a conversation. */
function caseWith(session: Session, conversation: string): string | undefined {
  const cases = session.desk.value?.view.value?.cases ?? []
  return cases.find((each) => each.conversation === conversation && each.role !== null)?.case
}

function Opened({ session, at }: ConversationScreensProps) {
  const opened = useConversation(session, at.id)
  if (opened === "opening") return null
  if (opened === "slow") return <Opening />
  if (opened === undefined) return <NotHere />
  switch (at.part) {
    case "people":
      return (
        <People
          conversation={opened}
          crisis={session.crisis}
          muted={session.conversations.value.some((row) => row.id === at.id && row.muted)}
        />
      )
    case "safety":
      return <Safety conversation={opened} />
    case "session":
      return <Planning conversation={opened} />
    case "plan":
      return <SafetyPlan session={session} conversation={opened} />
    case "call":
      return <Calling session={session} conversation={opened} />
    case "report":
      return <Reporting conversation={opened} first={at.message} />
    default:
      return (
        <TalkScreen
          conversation={opened}
          target={at.message}
          calls={session.calls.value}
          standing={
            <>
              <InTalk crisis={session.crisis} conversation={opened} />
              <FollowedUp session={session} conversation={opened.id} />
              <Credentials session={session} conversation={opened} />
            </>
          }
        />
      )
  }
}

/** That somebody is asked here how they are, for whoever does it. */
function FollowedUp({ session, conversation }: { readonly session: Session; readonly conversation: string }) {
  const due = session.desk.value?.followUps.value?.follow_ups ?? []
  return due.some((each) => each.is_mine && each.conversation === conversation) ? <InFollowUp /> : null
}

function InFollowUp() {
  const loaded = useLoaded(() => import("../desk/InFollowUp"))
  return loaded ? <loaded.InFollowUp /> : null
}

/** That somebody asks for a credential here, or has shown one; it stays while somebody is here. */
function Credentials({ session, conversation }: { readonly session: Session; readonly conversation: Conversation }) {
  const { asked, isNew } = conversation.askedAndShown.value
  const [isWanted, setWanted] = useState(false)
  const isThere = asked.length > 0 || isNew
  useEffect(() => {
    if (isThere) setWanted(true)
  }, [isThere])
  return isWanted ? <InTalkProofs session={session} conversation={conversation} /> : null
}

function InTalkProofs({ session, conversation }: { readonly session: Session; readonly conversation: Conversation }) {
  const loaded = useLoaded(() => import("../credentials/InTalkProofs"))
  return loaded ? <loaded.InTalkProofs rooms={session.rooms} conversation={conversation} /> : null
}

/** Up to here nothing is said: most conversations are there before anybody could read it. */
const SLOW_MS = 400

/** The conversation, as long as it is looked at. */
export function useConversation(session: Session, id: string): Conversation | "opening" | "slow" | undefined {
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

interface CallingProps {
  readonly session: Session
  readonly conversation: Conversation
}

/** Where there are no calls, nothing leads here. */
function Calling({ session, conversation }: CallingProps) {
  const loaded = useLoaded(() => import("../call/CallScreens"))
  const calls = session.calls.value
  if (calls === undefined) return <NotHere />
  return loaded ? <loaded.CallScreens session={session} calls={calls} conversation={conversation} /> : null
}

interface SafetyPlanProps {
  readonly session: Session
  readonly conversation: Conversation
}

function SafetyPlan({ session, conversation }: SafetyPlanProps) {
  const loaded = useLoaded(() => import("../plan/PlanScreens"))
  return loaded ? <loaded.SharedPlanScreen session={session} conversation={conversation} /> : null
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
