import type { CredentialRooms } from "../../state/credential-models"
import type { Route } from "../route"
import { ApplicationScreen } from "./ApplicationScreen"
import { ApplyScreen } from "./ApplyScreen"
import { CredentialsScreen } from "./CredentialsScreen"
import { ReviewCaseScreen } from "./ReviewCaseScreen"
import { ReviewScreen } from "./ReviewScreen"

export interface CredentialScreensProps {
  readonly rooms: CredentialRooms
  readonly at: Extract<Route, { screen: "credentials" }>
}

/** The screens about credentials: one's own, to apply, and applications of others. */
export function CredentialScreens({ rooms: { applying, held, reviewing }, at: { part, id } }: CredentialScreensProps) {
  switch (part) {
    case "credentials":
      return <CredentialsScreen room={held} />
    case "apply":
      return id === "" ? <ApplyScreen applying={applying} /> : <ApplicationScreen applying={applying} id={id} />
    case "review":
      return id === "" ? <ReviewScreen reviewing={reviewing} /> : <ReviewCaseScreen reviewing={reviewing} id={id} />
  }
}
