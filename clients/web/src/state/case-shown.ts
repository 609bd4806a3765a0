/** A case as screens show it. */

import type { News } from "../crisis/news"
import type { CaseView } from "../protocol/events"
import { isFollowedUp, type Known } from "../crisis/stage"
import { waitRange } from "../crisis/wait"
import type { CaseShown, Told } from "./crisis-models"

const MOST_URGENT = 0
/** Up to this one, somebody who goes is asked once. */
const URGENT = 1
const MOST_NEWS = 20

/** `nowMs`: this device's clock, which the server's times are turned to. */
export function caseShown(view: Known, inside: ReadonlySet<string>, nowMs: number): CaseShown | undefined {
  if (!view) return undefined
  return {
    helpers: view.helpers.map(({ account, handle, role, is_reconnecting }) => ({
      name: handle,
      isHere: inside.has(account),
      isReconnecting: is_reconnecting,
      takesOver: role === "successor",
    })),
    range: waitRange(view.wait_p50_ms, view.wait_p90_ms),
    isSlow: view.outside_lines,
    isMostUrgent: view.band === MOST_URGENT,
    isUrgent: view.band <= URGENT,
    isDrill: view.drill,
    isFollowedUp: isFollowedUp(view),
    keptUntil: isKept(view) ? new Date(nowMs + view.kept_until - view.now) : undefined,
  }
}

/** Whether the place that somebody left is still theirs, by the server's clock. */
function isKept(view: CaseView): view is CaseView & { readonly kept_until: number } {
  return view.kept_until !== null && view.kept_until > view.now
}

/** The lines with what has just happened; older ones are in the conversation, or over. */
export function withNews(before: readonly Told[], news: readonly News[]): readonly Told[] {
  const next = (before.at(-1)?.id ?? 0) + 1
  const told = news.map((each, index) => ({ ...each, id: next + index, at: new Date() }))
  return [...before, ...told].slice(-MOST_NEWS)
}
