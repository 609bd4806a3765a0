import type { App, Session } from "../state/models"
import { ConversationScreens } from "./conversation/ConversationScreens"
import { FromNotice } from "./home/FromNotice"
import { Home, NothingOpen } from "./home/Home"
import { ConversationList } from "./home/ConversationList"
import { NewConversation } from "./home/NewConversation"
import { Search } from "./home/Search"
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
  const isFilled = at.screen === "conversation" && (at.part === "talk" || at.part === "at")
  const side = isWide.value ? <ConversationList session={session} beside /> : undefined
  return (
    <Shell app={app} side={side} filled={isFilled}>
      <OpenScreen key={at.screen === "conversation" ? at.id : address.value} app={app} session={session} />
    </Shell>
  )
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
    case "conversation":
      return <ConversationScreens session={session} at={at} />
    case "settings":
      return <SettingsScreens app={app} session={session} part={at.part} />
  }
}
