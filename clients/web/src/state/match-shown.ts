/** What the server says about matching, as the screens show it. */

import type * as wire from "../protocol/events"
import type { MatchDatum, MatchOffering, MatchPlan, MatchReviews, MatchView, MatchWish, Together } from "./match-models"

export function viewShown(view: wire.MatchView): MatchView {
  return {
    stage: view.stage,
    until: view.until === null ? undefined : new Date(view.until),
    proposal: view.proposal ?? undefined,
    options: view.options.map((each) => ({ ...each, plan: planShown(each.plan) })),
    chosen: view.chosen ?? undefined,
    together: view.together.map(togetherShown),
    against: view.against,
    data: view.data.map(datumShown),
    asks: view.asks.map(({ ask, name, plan, answer_by }) => ({
      ...{ ask, name, plan: planShown(plan), answerBy: new Date(answer_by) },
    })),
  }
}

export function offeringShown({ data, places, taken, paused, eligible }: wire.MatchOffering): MatchOffering {
  return { data: data.map(datumShown), places, taken, isPaused: paused, isEligible: eligible }
}

export function reviewsShown(reviews: wire.MatchReviews): MatchReviews {
  const { last } = reviews
  return {
    waiting: reviews.waiting.map(({ proposal, name, until, options }) => ({
      ...{ proposal, name, until: new Date(until) },
      options: options.map(({ option, name: mentor, points, lines, plan }) => ({
        ...{ option, name: mentor, points, lines, plan: planShown(plan) },
      })),
    })),
    waitingInAll: reviews.waiting_in_all,
    looking: reviews.looking,
    isRunning: reviews.is_running,
    last:
      last === null
        ? undefined
        : {
            finishedAt: new Date(last.finished_at),
            ...{ mentees: last.mentees, mentors: last.mentors, matched: last.matched },
          },
  }
}

function planShown({ structure, meetings_a_month, meeting_minutes, weeks, goals }: wire.MatchPlan): MatchPlan {
  return { structure, meetingsAMonth: meetings_a_month, meetingMinutes: meeting_minutes, weeks, goals }
}

function datumShown({ datum, values, needed, since }: wire.MatchDatum): MatchDatum {
  return { datum, values, needed, since: new Date(since) }
}

function togetherShown(one: wire.Together): Together {
  return {
    ...{ relationship: one.relationship, name: one.name, plan: planShown(one.plan) },
    ...{ isActive: one.is_active, iAmMentor: one.i_am_mentor, contact: one.contact },
    ...{ mineAt: new Date(one.mine_at), theirsAt: new Date(one.theirs_at) },
    ...{ oriented: one.oriented, theyAreOriented: one.they_are_oriented },
    conversation: one.conversation ?? undefined,
    iWish: wishShown(one.i_wish),
    theyWish: wishShown(one.they_wish),
  }
}

function wishShown(wish: wire.MatchWish | null): MatchWish | undefined {
  if (wish === null) return undefined
  return { structure: wish.structure, meetingsAMonth: wish.meetings_a_month, until: new Date(wish.until) }
}
