/** What somebody did to the things that people share, as a line of the history holds it: codes and times. */

import type { Body } from "../e2ee/formats/content"
import type { PlanChange } from "../e2ee/formats/safety-plan"
import type { Screening } from "../e2ee/formats/screening"
import { type Agenda, isPlanned, type Planned } from "../e2ee/formats/session-page"

/** What of a conversation is shown as it is now, and not as it was said. */
export type Shared = Planned | PlanChange | Screening

export function isShared(body: Body): body is Shared {
  return isPlanned(body) || body.type === "safety.plan" || body.type === "screening"
}

/** What of a change stands in its line; the title of a goal, and nothing else that was written. */
export interface Change {
  readonly code: string
  readonly text: string
  readonly appointment: { readonly startsAt: number; readonly minutes: number } | null
}

/**
 * What it is about: the same for everything that is said of it later. A change of a safety
 * plan is about one thing once it is in pieces.
 */
export function identityOf(body: Shared): string {
  switch (body.type) {
    case "agenda":
      return `agenda/${body.meeting}`
    case "goal":
      return `goal/${body.goal}`
    case "note":
      return `note/${body.note}`
    case "safety.plan":
      return `safety.plan/${body.lines[0]?.line ?? "reviewed"}`
    case "screening":
      return `screening/${body.instrument}`
  }
}

/** What changed; `before` is what held until then. */
export function changeOf(body: Shared, before?: Shared): Change {
  switch (body.type) {
    case "agenda": {
      const { startsAt, minutes } = body
      const code = agendaCode(body, before?.type === "agenda" ? before : undefined)
      return { code, text: "", appointment: { startsAt, minutes } }
    }
    case "goal": {
      const code = body.done ? "goal_reached" : before === undefined ? "goal_set" : "goal_changed"
      return { code, text: body.title, appointment: null }
    }
    case "note":
      return { code: body.text === undefined ? "note_removed" : "note_written", text: "", appointment: null }
    case "safety.plan":
      return { code: body.lines.length === 0 ? "plan_reviewed" : "plan_changed", text: "", appointment: null }
    case "screening":
      return { code: "questions_answered", text: "", appointment: null }
  }
}

/** What people wrote in it, for whoever has to judge it; undefined for other bodies. */
export function wordsOf(body: Body | undefined): string | undefined {
  if (body === undefined || !isShared(body)) return undefined
  const words = wordsIn(body).join("\n")
  return words === "" ? undefined : words
}

function wordsIn(body: Shared): readonly string[] {
  switch (body.type) {
    case "agenda":
      return body.items
    case "goal":
      return body.step === undefined ? [body.title] : [body.title, body.step]
    case "note":
      return body.text === undefined ? [] : [body.text]
    case "safety.plan":
      return body.lines.flatMap(({ text }) => text ?? [])
    case "screening":
      return body.asked.map(({ question, answer }) => `${question} – ${answer ?? "…"}`)
  }
}

function agendaCode(body: Agenda, before: Agenda | undefined): string {
  if (body.cancelled) return "cancelled"
  if (before === undefined || before.cancelled) return "planned"
  return before.startsAt === body.startsAt && before.minutes === body.minutes ? "agenda_changed" : "moved"
}
