/** When a call that is planned begins: what the two inputs say, and why it cannot be planned. */

import { type Fault, MINUTE_MS, momentOf, type Wall } from "../session/moments"

/** Who plans for now looks at the form for a while. */
const LATE_MS = 5 * MINUTE_MS
/** The server plans no further ahead. */
const FARTHEST_MS = 366 * 24 * 60 * MINUTE_MS

export function startOf(wall: Wall, now: Date): Date | Fault | "far" {
  const at = momentOf(wall)
  if (typeof at === "string") return at
  if (at.getTime() < now.getTime() - LATE_MS) return "past"
  return at.getTime() > now.getTime() + FARTHEST_MS ? "far" : at
}
