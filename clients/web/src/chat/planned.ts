/** What somebody did to the session page, as a line of the history holds it: codes and times. */

import type { Body } from "../e2ee/formats/content"
import { type Agenda, isPlanned, type Planned } from "../e2ee/formats/session-page"

/** What of a change stands in its line; the title of a goal, and nothing else that was written. */
export interface Change {
  readonly code: string
  readonly text: string
  readonly appointment: { readonly startsAt: number; readonly minutes: number } | null
}

/** What it is about: the same for everything that is said of it later. */
export function identityOf(body: Planned): string {
  switch (body.type) {
    case "agenda":
      return `agenda/${body.meeting}`
    case "goal":
      return `goal/${body.goal}`
    case "note":
      return `note/${body.note}`
  }
}

/** What changed; `before` is what held until then. */
export function changeOf(body: Planned, before?: Planned): Change {
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
  }
}

/** What people wrote in it, for whoever has to judge it; undefined for other bodies. */
export function wordsOf(body: Body | undefined): string | undefined {
  if (body === undefined || !isPlanned(body)) return undefined
  const words = wordsIn(body).join("\n")
  return words === "" ? undefined : words
}

function wordsIn(body: Planned): readonly string[] {
  switch (body.type) {
    case "agenda":
      return body.items
    case "goal":
      return body.step === undefined ? [body.title] : [body.title, body.step]
    case "note":
      return body.text === undefined ? [] : [body.text]
  }
}

function agendaCode(body: Agenda, before: Agenda | undefined): string {
  if (body.cancelled) return "cancelled"
  if (before === undefined || before.cancelled) return "planned"
  return before.startsAt === body.startsAt && before.minutes === body.minutes ? "agenda_changed" : "moved"
}
