/** Whether a crisis goes on for somebody: what can wait is not shown meanwhile. */

import type { Stage } from "../crisis/stage"
import type { DeskView } from "../protocol/events"

/** `held`: the cases at their desk; undefined for whoever has none. */
export function isInCrisis(stage: Stage, held: DeskView["cases"] | undefined): boolean {
  const isOwn = stage !== "start" && stage !== "over"
  return isOwn || (held ?? []).some(({ role }) => role !== null)
}
