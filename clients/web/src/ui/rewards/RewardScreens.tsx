import type { RewardRooms } from "../../state/reward-staff-models"
import type { Route } from "../route"
import { DecideScreen } from "./DecideScreen"
import { PacksScreen } from "./PacksScreen"
import { RewardsScreen } from "./RewardsScreen"

export interface RewardScreensProps {
  readonly rooms: RewardRooms
  readonly at: Extract<Route, { screen: "rewards" }>
}

/** The screens about rewards: one's own, what two people decide, and by which packs is paid. */
export function RewardScreens({ rooms: { own, deciding, packs }, at: { part } }: RewardScreensProps) {
  switch (part) {
    case "own":
      return <RewardsScreen room={own} />
    case "decide":
      return <DecideScreen deciding={deciding} />
    case "packs":
      return <PacksScreen packs={packs} />
  }
}
