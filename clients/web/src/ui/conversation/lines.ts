/** A message in one line, for lists, quotes and what is read out. */

import type { Message } from "../../state/models"
import { whenOf } from "../times"
import { namesOf, say } from "../words"

/** What happens to a conversation, as `chat` calls it. */
const NOTICES = [
  "added_by",
  "came_back",
  "device_added",
  "device_removed",
  "joined",
  "left",
  "not_in_fresh_group",
  "set_up_anew",
] as const

/** What somebody does to the session page, as `chat` calls it. */
const CHANGES = [
  "agenda_changed",
  "cancelled",
  "goal_changed",
  "goal_reached",
  "goal_set",
  "moved",
  "note_removed",
  "note_written",
  "plan_changed",
  "plan_reviewed",
  "planned",
  "questions_answered",
] as const

type Shown = Pick<Message, "kind" | "text" | "sender" | "deleted" | "events" | "appointment">

/** Whether it is a line of what happened, and nothing that somebody said. */
export function isLine({ kind }: Pick<Message, "kind">): boolean {
  return kind === "notice" || kind === "planned"
}

export function lineOf(message: Shown): string {
  if (message.deleted) return say("message.deleted")
  switch (message.kind) {
    case "text":
      return message.text
    case "file":
      return say("message.file", { name: message.text })
    case "voice":
      return say("message.voice")
    case "notice":
      return noticeOf(message)
    case "planned":
      return plannedOf(message)
    case "unknown":
      return message.text === "" ? say("message.unknown") : message.text
    case "unreadable":
      return unreadableOf(message)
  }
}

/** What happened, in words, and to whom. */
export function noticeOf({ events }: Pick<Message, "events">): string {
  return events.map(({ code, people }) => happened(code, people)).join(" ")
}

function happened(code: string, people: readonly string[]): string {
  const known = NOTICES.find((each) => each === code)
  if (known === undefined) return say("notice.other")
  const [first = "", second = ""] = people
  if (known === "added_by") return say("notice.added_by", { name: first, other: second })
  return say(`notice.${known}`, { name: namesOf(people) })
}

/** What somebody changed on the session page, in words. */
export function plannedOf({ events, sender, appointment, text }: Omit<Shown, "kind" | "deleted">): string {
  const known = CHANGES.find((each) => each === events[0]?.code)
  if (known === undefined) return text === "" ? say("notice.other") : text
  const when = appointment === undefined ? "" : whenOf(appointment.startsAt)
  return say(`planned.${known}`, { name: sender, when, title: text })
}

/** Why a message cannot be read, and the one thing to do about it. */
export function unreadableOf({ events }: Pick<Message, "events">): string {
  const code = events[0]?.code ?? ""
  // What somebody wrote in a form of theirs, or what did not arrive whole.
  return say(code.startsWith("content.") ? "unreadable.form" : "unreadable.other")
}
