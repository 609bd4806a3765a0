import type { Applying, Need } from "../../state/application-models"

/** What is shown of one point of an application, and where what is given for it goes. */
export interface NeedCardProps {
  readonly applying: Applying
  readonly application: string
  readonly need: Need
  /** It is a draft. */
  readonly canChange: boolean
}
