/**
 * The body of a change to a safety plan: what helps somebody through a crisis.
 *
 * | `t`         | `b`                      |
 * |-------------|--------------------------|
 * | safety.plan | `lines`, `reviewed_at`?  |
 *
 * `lines` holds up to 16 changes, each of another line: `line` (its id), `part`, `text`?. A
 * line without `text` is removed. Whoever is in the conversation may change any line, and of
 * each the last change in the order of the log is what holds: people who write at the same
 * moment both keep what they wrote. `reviewed_at` says when somebody last went through the
 * plan with the person, as after a crisis; the same rule holds.
 */

import type { Kept, Written } from "./carried"
import { FormatError } from "./errors"
import type { Members } from "./ijson"
import type { Json, JsonObject } from "./json"
import { MAX_STARTS_AT_MS } from "./session-page"

/** Most lines of one change: in the widest letters they still fit a message. */
export const MAX_PLAN_LINES = 16
/** Longest line, in Unicode code points. */
export const MAX_PLAN_LINE_CHARACTERS = 200

/** Where in a plan a line stands, in the order in which they are read. */
export const PLAN_PARTS = ["signs", "alone", "places", "people", "professionals", "surroundings"] as const
export type PlanPart = (typeof PLAN_PARTS)[number]

/** One line as it stands now. */
export interface PlanLine extends Kept {
  /** The same through every change, also in another conversation. */
  readonly line: string
  readonly part: PlanPart
  /** Undefined for one that was removed. */
  readonly text?: string | undefined
}

/** What somebody wrote into a plan, changed, or took out. */
export interface PlanChange extends Kept {
  readonly type: "safety.plan"
  readonly lines: readonly PlanLine[]
  /** Unix milliseconds; undefined if this change is no review. */
  readonly reviewedAt?: number | undefined
}

/** The same as changes of one thing each: a line, or the date of the review. */
export function pieces({ lines, reviewedAt }: PlanChange): PlanChange[] {
  const each: PlanChange[] = lines.map((line) => ({ type: "safety.plan", lines: [line] }))
  return reviewedAt === undefined ? each : [...each, { type: "safety.plan", lines: [], reviewedAt }]
}

/** The members of a body, without those that were kept. */
export function written({ lines, reviewedAt }: PlanChange, objectOf: ObjectOf): Written {
  const all = lines.map((each): Json => objectOf(each, { line: each.line, part: each.part, text: each.text }))
  return { lines: all, reviewed_at: reviewedAt }
}

/** What was kept, then what is known. */
export type ObjectOf = (kept: Kept, known: Written) => JsonObject

export function readPlanChange(body: Members): PlanChange {
  const lines = body.objects("lines", MAX_PLAN_LINES).map(readLine)
  if (new Set(lines.map(({ line }) => line)).size !== lines.length) {
    throw new FormatError("content.invalid", "a line stands twice in one change")
  }
  const reviewedAt = body.optionalInteger("reviewed_at", MAX_STARTS_AT_MS)
  return { type: "safety.plan", lines, reviewedAt, extra: body.rest() }
}

function readLine(members: Members): PlanLine {
  const line = members.uuid("line")
  const named = members.text("part")
  const part = PLAN_PARTS.find((each) => each === named)
  if (part === undefined) throw new FormatError("content.invalid", "part is none of the six")
  const text = members.optionalText("text", MAX_PLAN_LINE_CHARACTERS)
  return { line, part, text, extra: members.rest() }
}
