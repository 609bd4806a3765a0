/**
 * Message bodies that people plan with: appointments, goals and notes they share.
 *
 * | `t`    | `b`                                                                |
 * |--------|--------------------------------------------------------------------|
 * | agenda | `meeting`, `starts_at`, `minutes`, `zone`, `items`, `cancelled`    |
 * | goal   | `goal`, `title`, `step`?, `progress`, `done`                       |
 * | note   | `note`, `text`?                                                    |
 *
 * Each holds the whole of what it is about, under an id of its own. Whoever is in the
 * conversation may send another one under that id, and the last in the order of the log is
 * what holds: a move or a cancellation keeps the id of the appointment. A note without
 * `text` is removed.
 *
 * An appointment is a moment (Unix milliseconds), so that no change of a clock moves it;
 * `zone` says only where it was planned.
 */

import type { Kept, Written } from "./carried"
import { FormatError } from "./errors"
import type { Members } from "./ijson"

/** Longest appointment. */
export const MAX_MEETING_MINUTES = 240
/** The last day of the year 9999: what ends before it does every calendar can say. */
export const MAX_STARTS_AT_MS = 253_402_214_400_000
/** Most lines of an agenda. */
export const MAX_AGENDA_ITEMS = 12
/** Longest line of an agenda, title or step of a goal, in Unicode code points. */
export const MAX_LINE_CHARACTERS = 200
/** Longest note, in code points: with four octets each it still fits a message. */
export const MAX_NOTE_CHARACTERS = 4_000
/** Longest name of a time zone. */
export const MAX_ZONE_CHARACTERS = 64
/** A goal's progress is in per cent. */
export const MAX_PROGRESS = 100

const ZONE = /^[A-Za-z0-9_+-]+(?:\/[A-Za-z0-9_+-]+)*$/

/** An appointment as it is planned now. */
export interface Agenda extends Kept {
  readonly type: "agenda"
  /** The same through every move, and when it is cancelled. */
  readonly meeting: string
  /** Unix milliseconds. */
  readonly startsAt: number
  readonly minutes: number
  /** Where it was planned, as the IANA time zone database calls it; a reader may not know it. */
  readonly zone: string
  /** What is to be talked about, in order. */
  readonly items: readonly string[]
  readonly cancelled: boolean
}

/** Something that somebody wants to reach, and how far they are. */
export interface Goal extends Kept {
  readonly type: "goal"
  readonly goal: string
  readonly title: string
  /** What comes next. */
  readonly step?: string | undefined
  /** Per cent, as people judge it themselves. */
  readonly progress: number
  readonly done: boolean
}

/** A text that everybody in the conversation can change. */
export interface Note extends Kept {
  readonly type: "note"
  readonly note: string
  /** Undefined for one that was removed. */
  readonly text?: string | undefined
}

/** The body of every type of this module. */
export type Planned = Agenda | Goal | Note

export function isPlanned(body: { readonly type: string }): body is Planned {
  return body.type === "agenda" || body.type === "goal" || body.type === "note"
}

/** The members of a body, without those that were kept. */
export function written(body: Planned): Written {
  switch (body.type) {
    case "agenda": {
      const { meeting, startsAt: starts_at, minutes, zone, items, cancelled } = body
      return { meeting, starts_at, minutes, zone, items, cancelled }
    }
    case "goal":
      return { goal: body.goal, title: body.title, step: body.step, progress: body.progress, done: body.done }
    case "note":
      return { note: body.note, text: body.text }
  }
}

export function readAgenda(body: Members): Agenda {
  return {
    type: "agenda",
    meeting: body.uuid("meeting"),
    startsAt: body.integer("starts_at", 0, MAX_STARTS_AT_MS),
    minutes: body.integer("minutes", 1, MAX_MEETING_MINUTES),
    zone: readZone(body),
    items: body.texts("items", MAX_AGENDA_ITEMS, MAX_LINE_CHARACTERS),
    cancelled: body.flag("cancelled"),
    extra: body.rest(),
  }
}

export function readGoal(body: Members): Goal {
  return {
    type: "goal",
    goal: body.uuid("goal"),
    title: body.text("title", MAX_LINE_CHARACTERS),
    step: body.optionalText("step", MAX_LINE_CHARACTERS),
    progress: body.integer("progress", 0, MAX_PROGRESS),
    done: body.flag("done"),
    extra: body.rest(),
  }
}

export function readNote(body: Members): Note {
  const text = body.optionalText("text", MAX_NOTE_CHARACTERS)
  return { type: "note", note: body.uuid("note"), text, extra: body.rest() }
}

function readZone(body: Members): string {
  const zone = body.text("zone", MAX_ZONE_CHARACTERS)
  if (!ZONE.test(zone)) throw new FormatError("content.invalid", "zone is not a name of a time zone")
  return zone
}
