import type { Crisis } from "../../state/crisis-models"
import { now } from "../clock"

/** Whether somebody may be asked something else: help is not under way, and nobody asks afterwards how they are. */
export function isCalm({ stage, shown }: Pick<Crisis, "stage" | "shown">): boolean {
  switch (stage.value) {
    case "start":
      return true
    case "over":
      return shown.value?.isFollowedUp !== true
    case "left": {
      const keptUntil = shown.value?.keptUntil
      return keptUntil === undefined || keptUntil <= now.value
    }
    default:
      return false
  }
}
