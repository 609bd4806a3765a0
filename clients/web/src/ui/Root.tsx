import type { App, Session } from "../state/models"
import { ConversationScreens } from "./conversation/ConversationScreens"
import { FromNotice } from "./home/FromNotice"
import { Home, NothingOpen } from "./home/Home"
import { ConversationList } from "./home/ConversationList"
import { NewConversation } from "./home/NewConversation"
import { Search } from "./home/Search"
import { useLoaded } from "./parts/useLoaded"
import type { Route } from "./route"
import { address, route } from "./router"
import { SettingsScreens } from "./settings/SettingsScreens"
import { Shell } from "./shell/Shell"
import { Elsewhere, Failed, Starting } from "./welcome/Between"
import { Locked } from "./welcome/Locked"
import { WelcomeScreen } from "./welcome/WelcomeScreen"
import { isWide } from "./wide"

/** The screen that belongs to how things stand and to the address. */
export function Root({ app }: { readonly app: App }) {
  const phase = app.phase.value
  switch (phase.kind) {
    case "open":
      return <Open app={app} session={phase.session} />
    case "starting":
      return (
        <Shell app={app}>
          <Starting />
        </Shell>
      )
    case "elsewhere":
      return (
        <Shell app={app}>
          <Elsewhere useHere={phase.useHere} />
        </Shell>
      )
    case "new":
      return (
        <Shell app={app}>
          <WelcomeScreen welcome={phase.welcome} display={app.display} />
        </Shell>
      )
    case "locked":
      return (
        <Shell app={app}>
          <Locked lock={phase.lock} />
        </Shell>
      )
    case "failed":
      return (
        <Shell app={app}>
          <Failed code={phase.code} />
        </Shell>
      )
  }
}

function Open({ app, session }: { readonly app: App; readonly session: Session }) {
  const at = route.value
  const isTalk = at.screen === "conversation" && (at.part === "talk" || at.part === "at")
  const isCall = at.screen === "conversation" && at.part === "call"
  const isFilled = isTalk || isIn(session, at) || (at.screen === "desk" && at.part === "case")
  // The desk has more to show beside a conversation than other conversations, and so has a call.
  const side =
    isWide.value && at.screen !== "desk" && !isCall ? <ConversationList session={session} beside /> : undefined
  return (
    <Shell app={app} side={side} filled={isFilled}>
      <OpenScreen key={at.screen === "conversation" ? at.id : address.value} app={app} session={session} />
    </Shell>
  )
}

/** Whether a call is what the screen shows: it needs all of the window. */
function isIn(session: Session, at: Route): boolean {
  const room = session.calls.value?.current.value
  if (at.screen !== "conversation" || at.part !== "call" || room?.conversation !== at.id) return false
  const { kind } = room.stage.value
  return kind === "in" || kind === "paused"
}

function OpenScreen({ app, session }: { readonly app: App; readonly session: Session }) {
  const at = route.value
  switch (at.screen) {
    case "home":
    case "invite":
      return isWide.value ? <NothingOpen session={session} /> : <Home session={session} />
    case "notice":
      return <FromNotice app={app} name={at.name} />
    case "new":
      return <NewConversation session={session} />
    case "search":
      return <Search session={session} />
    case "plan":
      return <OwnPlan session={session} />
    case "conversation":
      return <ConversationScreens session={session} at={at} />
    case "settings":
      return <SettingsScreens app={app} session={session} part={at.part} />
    case "credentials":
      return <Credentials session={session} at={at} />
    case "mentor":
      return <Matching session={session} at={at} />
    case "rewards":
      return <Rewards session={session} at={at} />
    case "hooks":
      return <Hooks session={session} at={at} />
    case "desk":
      return <Desk app={app} session={session} at={at} />
  }
}

/** What helps in a crisis: without a network, in one tap. */
function OwnPlan({ session }: { readonly session: Session }) {
  const loaded = useLoaded(() => import("./plan/PlanScreens"))
  return loaded ? <loaded.OwnPlanScreen session={session} /> : null
}

interface CredentialsProps {
  readonly session: Session
  readonly at: Extract<Route, { screen: "credentials" }>
}

/** Seldom wanted, so both come when it is. */
function Credentials({ session, at }: CredentialsProps) {
  const loaded = useLoaded(() => Promise.all([import("./credentials/CredentialScreens"), session.rooms.credentials()]))
  if (loaded === undefined) return null
  const [{ CredentialScreens }, rooms] = loaded
  return <CredentialScreens rooms={rooms} at={at} />
}

interface MatchingProps {
  readonly session: Session
  readonly at: Extract<Route, { screen: "mentor" }>
}

function Matching({ session, at }: MatchingProps) {
  const loaded = useLoaded(() => Promise.all([import("./matching/MatchScreens"), session.rooms.matching()]))
  if (loaded === undefined) return null
  const [{ MatchScreens }, rooms] = loaded
  return <MatchScreens session={session} rooms={rooms} at={at} />
}

interface RewardsProps {
  readonly session: Session
  readonly at: Extract<Route, { screen: "rewards" }>
}

function Rewards({ session, at }: RewardsProps) {
  const loaded = useLoaded(() => Promise.all([import("./rewards/RewardScreens"), session.rooms.rewards()]))
  if (loaded === undefined) return null
  const [{ RewardScreens }, rooms] = loaded
  return <RewardScreens rooms={rooms} at={at} />
}

interface HooksProps {
  readonly session: Session
  readonly at: Extract<Route, { screen: "hooks" }>
}

function Hooks({ session, at }: HooksProps) {
  const loaded = useLoaded(() => Promise.all([import("./hooks/HookScreens"), session.rooms.hooks()]))
  if (loaded === undefined) return null
  const [{ HookScreens }, hooks] = loaded
  return <HookScreens hooks={hooks} at={at} />
}

interface DeskProps {
  readonly app: App
  readonly session: Session
  readonly at: Extract<Route, { screen: "desk" }>
}

/** It comes for those who answer people in a crisis. */
function Desk({ app, session, at }: DeskProps) {
  const loaded = useLoaded(() => import("./desk/DeskScreens"))
  return loaded ? <loaded.DeskScreens session={session} online={app.connection.value === "online"} at={at} /> : null
}
