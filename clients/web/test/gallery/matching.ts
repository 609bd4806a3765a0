/** Fixed options, plans and data of finding a mentor. */

import { signal } from "@preact/signals"
import { NO_ANSWERS } from "../../src/state/intake"
import type {
  MatchDatum,
  MatchLine,
  MatchOffering,
  MatchOption,
  MatchQueue,
  MatchReviews,
  MatchRoom,
  MatchView,
  OfferRoom,
  ProposalWaiting,
  Together,
} from "../../src/state/match-models"
import { done, minutesAgo } from "./values"

const line = (code: string, weight: number, points: number, known = true): MatchLine => ({
  code,
  weight,
  points,
  known,
})

export const PLAN = {
  ...{ structure: "practical", meetingsAMonth: 2, meetingMinutes: 50, weeks: 12 },
  goals: ["sleep", "calm"],
} as const

export function option(id: number, name: string, more: Partial<MatchOption> = {}): MatchOption {
  return {
    option: id,
    name,
    points: 6_420,
    lines: [
      line("experience", 2_600, 2_080),
      line("goals", 1_800, 1_200),
      line("style", 1_600, 800, false),
      line("preferences", 1_500, 375),
      line("availability", 1_000, 900),
      line("strength", 1_000, 500, false),
      line("response", 500, 250, false),
      line("tokens", 0, 0),
      line("ratings", 0, 0),
      line("reputation", 0, 0),
    ],
    plan: PLAN,
    standing: "open",
    ...more,
  }
}

export const DATA: readonly MatchDatum[] = [
  { datum: "languages", values: ["en", "es"], needed: true, since: minutesAgo(4_000) },
  { datum: "slots", values: ["fffff0000"], needed: true, since: minutesAgo(4_000) },
  { datum: "challenges", values: ["grief", "loneliness"], needed: false, since: minutesAgo(4_000) },
  { datum: "stage", values: ["2"], needed: false, since: minutesAgo(4_000) },
  { datum: "style", values: ["-1", "2", "-1", "8"], needed: false, since: minutesAgo(4_000) },
  { datum: "tastes", values: ["dislike:crowds", "like:chess"], needed: false, since: minutesAgo(4_000) },
  { datum: "required", values: ["gender:woman"], needed: false, since: minutesAgo(4_000) },
]

export function together(more: Partial<Together> = {}): Together {
  return {
    ...{ relationship: "r1", name: "maple", plan: PLAN, isActive: false, iAmMentor: false },
    ...{ mineAt: minutesAgo(3_000), theirsAt: minutesAgo(1_500) },
    ...{ oriented: false, theyAreOriented: false, contact: "open", conversation: undefined },
    ...{ iWish: undefined, theyWish: undefined },
    ...more,
  }
}

export function view(more: Partial<MatchView> = {}): MatchView {
  return {
    ...{ stage: "none", until: undefined, proposal: undefined, options: [], chosen: undefined, together: [] },
    ...{ against: [], data: [], asks: [] },
    ...more,
  }
}

export function matchRoom(shown: MatchView | undefined, more: Partial<MatchRoom> = {}): MatchRoom {
  return {
    view: signal(shown),
    answers: signal({
      ...NO_ANSWERS,
      languages: ["en", "es"],
      times: ["0 evening", "3 morning"],
      challenges: ["grief"],
      gender: ["woman"],
    }),
    keep: done("keep"),
    look: done("look"),
    begin: done("begin"),
    choose: done("choose"),
    others: done("others"),
    stop: done("stop"),
    answer: done("answer"),
    orient: done("orient"),
    contact: done("contact"),
    adjust: done("adjust"),
    rematch: done("rematch"),
    end: done("end"),
    withdraw: done("withdraw"),
    ...more,
  }
}

export function offering(more: Partial<MatchOffering> = {}): MatchOffering {
  return {
    data: [...DATA, { datum: "offered", values: ["listening", "often"], needed: false, since: minutesAgo(4_000) }],
    ...{ places: 3, taken: 1, isPaused: false, isEligible: true },
    ...more,
  }
}

export function offerRoom(shown: MatchOffering | undefined, more: Partial<OfferRoom> = {}): OfferRoom {
  return {
    offering: signal(shown),
    answers: signal({
      ...NO_ANSWERS,
      languages: ["en"],
      times: ["0 evening"],
      wishes: ["listening"],
      gender: ["man"],
    }),
    keep: done("keep"),
    look: done("look"),
    offer: done("offer"),
    pause: done("pause"),
    takeBack: done("takeBack"),
    ...more,
  }
}

export function proposal(more: Partial<ProposalWaiting> = {}): ProposalWaiting {
  return {
    ...{ proposal: "p1", name: "quiet-river-of-the-north", until: minutesAgo(-3_000) },
    options: [option(0, "maple"), option(1, "heron"), option(2, "wren")],
    ...more,
  }
}

export function reviews(more: Partial<MatchReviews> = {}): MatchReviews {
  return {
    ...{ waiting: [], waitingInAll: 0, looking: 4, isRunning: false },
    last: { finishedAt: minutesAgo(50), mentees: 12, mentors: 7, matched: 9 },
    ...more,
  }
}

export function matchQueue(shown: MatchReviews | undefined, more: Partial<MatchQueue> = {}): MatchQueue {
  return { reviews: signal(shown), look: done("look"), release: done("release"), run: done("run"), ...more }
}
