import type { MatchRooms } from "../../state/match-models"
import type { Session } from "../../state/models"
import type { Route } from "../route"
import { MatchDataScreen } from "./MatchDataScreen"
import { MatchScreen } from "./MatchScreen"
import { OfferScreen } from "./OfferScreen"
import { QueueScreen } from "./QueueScreen"

export interface MatchScreensProps {
  readonly session: Session
  readonly rooms: MatchRooms
  readonly at: Extract<Route, { screen: "mentor" }>
}

/** The screens about finding a mentor, being one, and looking at what is proposed. */
export function MatchScreens({ session, rooms: { search, offering, queue }, at: { part } }: MatchScreensProps) {
  switch (part) {
    case "find":
      return (
        <MatchScreen
          room={search}
          isMentor={session.roles.value.includes("mentor")}
          direct={(handle) => session.direct(handle)}
        />
      )
    case "data":
      return <MatchDataScreen room={search} />
    case "offer":
      return <OfferScreen room={offering} />
    case "queue":
      return <QueueScreen queue={queue} />
  }
}
