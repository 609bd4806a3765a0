/** What screens that are seldom looked at work with, loaded with them. */

import type { CredentialRooms } from "./credential-models"
import type { HookConsole } from "./hook-models"
import type { MatchRooms } from "./match-models"
import type { RewardRooms } from "./reward-staff-models"
import type { Sharing } from "./sharing-models"

export interface Rooms {
  credentials(): Promise<CredentialRooms>
  matching(): Promise<MatchRooms>
  rewards(): Promise<RewardRooms>
  hooks(): Promise<HookConsole>
  sharing(): Promise<Sharing>
}
