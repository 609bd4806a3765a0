import type { Desk, DeskView } from "../../state/desk-models"
import type { Session } from "../../state/models"
import { Screen } from "../parts/Screen"
import { useLoaded } from "../parts/useLoaded"
import type { Route } from "../route"
import { CaseScreen } from "./CaseScreen"
import { DeskHome } from "./DeskHome"
import { FollowUpScreen } from "./FollowUpScreen"
import { ShortcutKeys } from "./Shortcuts"
import { Called } from "./TestPage"
import { say } from "./words"

export interface DeskScreensProps {
  readonly session: Session
  readonly online: boolean
  readonly at: Extract<Route, { screen: "desk" }>
}

/** The screens of those who answer people in a crisis. */
export function DeskScreens({ session, online, at }: DeskScreensProps) {
  const desk = session.desk.value
  if (desk === undefined || desk.view.value === undefined) {
    return (
      <Screen title={say("title")} back="#/">
        <p role="status">{say("opening")}</p>
      </Screen>
    )
  }
  return (
    <>
      {/* They come with the screen: whoever sees the desk can press its keys. */}
      <ShortcutKeys desk={desk} />
      <DeskScreen session={session} desk={desk} view={desk.view.value} online={online} at={at} />
    </>
  )
}

interface DeskScreenProps extends DeskScreensProps {
  readonly desk: Desk
  readonly view: DeskView
}

function DeskScreen({ session, desk, view, online, at }: DeskScreenProps) {
  switch (at.part) {
    case "called":
      return <Called desk={desk} />
    case "all":
      return <DeskHome desk={desk} view={view} />
    case "case":
      return <CaseScreen session={session} desk={desk} view={view} held={at.held} online={online} />
    case "follow-ups":
      return <FollowUpScreen desk={desk} isSupervisor={view.is_supervisor} />
    case "board":
      return <Board session={session} />
    case "override":
    case "overrides":
      return <Overrides desk={desk} held={at.held} />
    case "rota":
      return <Rota session={session} />
    case "policy":
    case "audit":
      return <Supervising session={session} part={at.part} />
  }
}

/** Seldom wanted, so it is loaded then. */
function Overrides({ desk, held }: { readonly desk: Desk; readonly held: string }) {
  const loaded = useLoaded(() => import("./OverrideScreens"))
  return loaded ? <loaded.OverrideScreens desk={desk} held={held} /> : null
}

/** What supervisors decide beforehand, and look back on. */
function Supervising({ session, part }: { readonly session: Session; readonly part: "policy" | "audit" }) {
  const loaded = useLoaded(() => import("../supervise/SuperviseScreens"))
  const desk = session.desk.value
  if (loaded === undefined || desk === undefined) return null
  return part === "policy" ? <loaded.Policy desk={desk} /> : <loaded.Audit desk={desk} />
}

/** Supervisors' alone. */
function Board({ session }: { readonly session: Session }) {
  const loaded = useLoaded(() => import("./BoardScreen"))
  const desk = session.desk.value
  return loaded && desk ? <loaded.BoardScreen session={session} desk={desk} /> : null
}

/** The team's: it is read by everybody, and changed by supervisors. */
function Rota({ session }: { readonly session: Session }) {
  const loaded = useLoaded(() => import("./rota/RotaScreen"))
  const desk = session.desk.value
  return loaded && desk ? <loaded.RotaScreen planning={desk.planning} /> : null
}
