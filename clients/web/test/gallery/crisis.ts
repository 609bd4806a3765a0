/** Somebody in a crisis, at every stage of it. */

import { signal } from "@preact/signals"
import type { Stage } from "../../src/crisis/stage"
import type { CaseShown, CrisisOfMember, Helper, Place } from "../../src/state/crisis-models"
import type { Message } from "../../src/state/models"
import { done, message, minutesAgo } from "./values"

export const ADA: Helper = { name: "ada", isHere: true, isReconnecting: false, takesOver: false }

export function caseShown(more: Partial<CaseShown> = {}): CaseShown {
  return {
    helpers: [],
    range: undefined,
    isSlow: false,
    isMostUrgent: false,
    isUrgent: false,
    isDrill: false,
    isFollowedUp: false,
    keptUntil: undefined,
    ...more,
  }
}

/** Nothing is sealed, unless there is a time until when. */
export function place(until: Date | null = null, more: Partial<Place> = {}): Place {
  return { until: signal(until), look: done("look"), seal: done("seal"), withdraw: done("withdraw"), ...more }
}

/** Help as it stands in one stage. */
export function crisis(stage: Stage = "start", shown: Partial<CaseShown> = {}): CrisisOfMember {
  return {
    desk: signal("open"),
    stage: signal(stage),
    shown: signal(stage === "start" ? undefined : caseShown(shown)),
    news: signal([]),
    conversation: signal(undefined),
    place: place(),
    lookForDesk: () => undefined,
    ask: (...given) => void done("ask")(...given),
    raise: done("raise"),
    leave: done("leave"),
    resume: done("resume"),
    drill: done("drill"),
  }
}

/** Written while nobody was there. */
export const CRISIS_WRITTEN: readonly Message[] = [
  message("Hello. Is somebody there?", { mine: true, status: "saved", at: minutesAgo(2) }),
  message("I have not slept, and I am afraid of the night.", { mine: true, status: "saved", at: minutesAgo(1) }),
]

export const CRISIS_TALK: readonly Message[] = [
  message("", { kind: "notice", events: [{ code: "joined", people: ["ada"] }], at: minutesAgo(4) }),
  message("I have not slept, and I am afraid of the night.", { mine: true, at: minutesAgo(4) }),
  message("Hello, I am Ada. I have read what you wrote, and I am here now.", {
    sender: "ada",
    account: "ada",
    at: minutesAgo(3),
  }),
  message("Thank you.", { mine: true, at: minutesAgo(1) }),
]
