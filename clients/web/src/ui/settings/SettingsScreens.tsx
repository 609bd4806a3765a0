import type { App, OwnData, Session } from "../../state/models"
import { isCalm } from "../crisis/calm"
import { useLoaded } from "../parts/useLoaded"
import type { SettingsPart } from "../route"
import { About } from "./About"
import { Data } from "./Data"
import { DevicesScreen } from "./DevicesScreen"
import { NewKey } from "./NewKey"
import { Overview } from "./Overview"
import { Passkeys } from "./Passkeys"
import { Privacy } from "./Privacy"
import { Recovery } from "./Recovery"
import { ServerSees } from "./ServerSees"

export interface SettingsScreensProps {
  readonly app: App
  readonly session: Session
  readonly part: SettingsPart
}

export function SettingsScreens({ app, session, part }: SettingsScreensProps) {
  switch (part) {
    case "all":
      return <Overview app={app} session={session} />
    case "devices":
      return <DevicesScreen devices={session.devices} />
    case "key":
      return <NewKey devices={session.devices} />
    case "passkeys":
      return <Passkeys passkeys={session.passkeys} />
    case "recovery":
      return <Recovery devices={session.devices} />
    case "privacy":
      return <Privacy session={session} />
    case "sharing":
      return <Sharing session={session} />
    case "data":
      return <Data data={session.data} handle={session.me.handle} />
    case "recording":
      return <Recording data={session.data} />
    case "server":
      return <ServerSees />
    case "about":
      return <About />
  }
}

function Recording({ data }: { readonly data: OwnData }) {
  const loaded = useLoaded(() => import("../call/SealedRecording"))
  return loaded ? <loaded.SealedRecording data={data} /> : null
}

/** Seldom wanted, so both come when it is. */
function Sharing({ session }: { readonly session: Session }) {
  const loaded = useLoaded(() => Promise.all([import("../sharing/SharingScreen"), session.rooms.sharing()]))
  if (loaded === undefined) return null
  const [{ SharingScreen }, sharing] = loaded
  return <SharingScreen sharing={sharing} isCalm={isCalm(session.crisis)} />
}
