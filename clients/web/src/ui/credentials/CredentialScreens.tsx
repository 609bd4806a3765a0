import type { CredentialRooms } from "../../state/room-models"
import type { Route } from "../route"
import { ApplicationScreen } from "./ApplicationScreen"
import { ApplyScreen } from "./ApplyScreen"
import { CredentialsScreen } from "./CredentialsScreen"
import { HoldersScreen } from "./HoldersScreen"
import { ReviewCaseScreen } from "./ReviewCaseScreen"
import { ReviewScreen } from "./ReviewScreen"

export interface CredentialScreensProps {
  readonly rooms: CredentialRooms
  readonly at: Extract<Route, { screen: "credentials" }>
}

/** The screens about credentials: one's own, to apply, applications of others, and what others hold. */
export function CredentialScreens({ rooms, at: { part, id } }: CredentialScreensProps) {
  const { applying, held, reviewing, standings } = rooms
  switch (part) {
    case "credentials":
      return <CredentialsScreen room={held} />
    case "apply":
      return id === "" ? <ApplyScreen applying={applying} /> : <ApplicationScreen applying={applying} id={id} />
    case "review":
      return id === "" ? <ReviewScreen reviewing={reviewing} /> : <ReviewCaseScreen reviewing={reviewing} id={id} />
    case "holders":
      return <HoldersScreen standings={standings} />
  }
}
