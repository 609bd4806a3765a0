/**
 * The body of a content with screening answers: for those in the conversation alone.
 *
 * | `t`       | `b`                                                                         |
 * |-----------|-----------------------------------------------------------------------------|
 * | screening | `instrument`, `version`, `language`, `title`, `asked`, `band`, `complete`   |
 *
 * `asked` holds what was asked, in order: `question` and `answer`? as the person read them,
 * so that whoever helps needs no copy of the instrument and sees the same words. A question
 * without `answer` was skipped. `band` and `complete` are what the device made of the answers;
 * the server hears the band alone, and every band gets the same help. Of one instrument the
 * last content in the order of the log holds.
 */

import type { Kept, Written } from "./carried"
import { FormatError } from "./errors"
import type { Members } from "./ijson"
import type { Json } from "./json"
import type { ObjectOf } from "./safety-plan"

/** Most questions. */
export const MAX_ASKED = 100
/** Longest question or answer, in Unicode code points; all of it has to fit a message. */
export const MAX_QUESTION_CHARACTERS = 2_000
/** Longest title of an instrument. */
export const MAX_TITLE_CHARACTERS = 200
/** Longest id, version or language of an instrument. */
export const MAX_NAME_CHARACTERS = 40

/** How soon somebody should come, the most urgent first. */
export const BANDS = ["A0", "A1", "A2", "A3", "A4"] as const
export type BandName = (typeof BANDS)[number]

/** One question, and what was answered. */
export interface Asked extends Kept {
  readonly question: string
  /** Undefined for one that was skipped. */
  readonly answer?: string | undefined
}

/** What somebody answered, in the words in which they were asked. */
export interface Screening extends Kept {
  readonly type: "screening"
  /** The id of its file. */
  readonly instrument: string
  readonly version: string
  /** BCP 47 tag of the questions. */
  readonly language: string
  readonly title: string
  readonly asked: readonly Asked[]
  readonly band: BandName
  /** Whether every question that was to be asked has an answer. */
  readonly complete: boolean
}

/** The members of a body, without those that were kept. */
export function written(body: Screening, objectOf: ObjectOf): Written {
  const { instrument, version, language, title, band, complete } = body
  const asked = body.asked.map((each): Json => objectOf(each, { question: each.question, answer: each.answer }))
  return { instrument, version, language, title, asked, band, complete }
}

export function readScreening(body: Members): Screening {
  const named = body.text("band")
  const band = BANDS.find((each) => each === named)
  if (band === undefined) throw new FormatError("content.invalid", "band is none of the five")
  return {
    type: "screening",
    instrument: body.text("instrument", MAX_NAME_CHARACTERS),
    version: body.text("version", MAX_NAME_CHARACTERS),
    language: body.text("language", MAX_NAME_CHARACTERS),
    title: body.text("title", MAX_TITLE_CHARACTERS),
    asked: body.objects("asked", MAX_ASKED).map(readAsked),
    band,
    complete: body.flag("complete"),
    extra: body.rest(),
  }
}

function readAsked(members: Members): Asked {
  const question = members.text("question", MAX_QUESTION_CHARACTERS)
  const answer = members.optionalText("answer", MAX_QUESTION_CHARACTERS)
  return { question, answer, extra: members.rest() }
}
