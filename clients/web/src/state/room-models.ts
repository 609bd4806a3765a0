/** What screens that are seldom looked at work with, loaded with them. */

import type { ReadonlySignal } from "@preact/signals"
import type { Applying } from "./application-models"
import type { CredentialRoom } from "./credential-models"
import type { HookConsole } from "./hook-models"
import type { MatchRooms } from "./match-models"
import type { Reviewing } from "./review-models"
import type { RewardRooms } from "./reward-staff-models"
import type { Sharing } from "./sharing-models"
import type { Standings } from "./standing-models"

/** What the screens about credentials work with. */
export interface CredentialRooms {
  readonly applying: Applying
  readonly held: CredentialRoom
  readonly reviewing: Reviewing
  readonly standings: Standings
}

export interface Rooms {
  /** One's own, or one that is answered at the desk: nobody is shown what they earn meanwhile. */
  readonly inCrisis: ReadonlySignal<boolean>
  credentials(): Promise<CredentialRooms>
  matching(): Promise<MatchRooms>
  rewards(): Promise<RewardRooms>
  hooks(): Promise<HookConsole>
  sharing(): Promise<Sharing>
}
