/**
 * From what somebody answers to the codes that a match is made by.
 *
 * The answers stay on the device, and so does every word that was written. What leaves it
 * has no room for a sentence: it is `MatchCodesTold` of the server, with codes of the list
 * that the server has.
 */

import vocabulary from "../../../../server/mentalverse_modules/matching/vocabulary.json"
import type { MatchCodesTold } from "../protocol/events"
import * as s from "../protocol/shape"

const QUARTERS_A_DAY = 96
const QUARTERS_A_WEEK = 7 * QUARTERS_A_DAY
export const UNSAID = -1

/** Parts of a day, in local hours. */
export const PARTS = { morning: [7, 12], afternoon: [12, 18], evening: [18, 22] } as const
export type DayPart = keyof typeof PARTS
export const DAY_PARTS = Object.keys(PARTS) as readonly DayPart[]

export const OFFERED_LANGUAGES = ["ar", "de", "en", "es", "fr", "pt", "ru", "tr", "uk", "zh"] as const
export const {
  challenges: CHALLENGES,
  life: LIFE,
  goals: GOALS,
  support: SUPPORT,
  tastes: TASTES,
  conditions: { gender: GENDERS },
} = vocabulary
export const STYLE_AXES = ["personality", "communication", "values", "interaction"] as const

/** Where somebody sees themselves between two ends; "unsaid" is as good an answer as any. */
export const PLACE_NAMES = ["unsaid", "one", "between", "other"] as const
export type Place = (typeof PLACE_NAMES)[number]
const PLACES: Readonly<Record<Place, number>> = { unsaid: UNSAID, one: 2, between: 5, other: 8 }

const Style = s.struct({
  personality: s.oneOf(...PLACE_NAMES),
  communication: s.oneOf(...PLACE_NAMES),
  values: s.oneOf(...PLACE_NAMES),
  interaction: s.oneOf(...PLACE_NAMES),
})

/** As they are kept on the device. */
export const Answers = s.struct({
  languages: s.list(s.text),
  /** Such as `0 morning`: days are counted from Monday. */
  times: s.list(s.text),
  challenges: s.list(s.text),
  life: s.list(s.text),
  /** 0…4; 0: they would rather not say. */
  stage: s.integer,
  goals: s.list(s.text),
  style: Style,
  /** Of a mentor: what they offer, in the same codes. */
  wishes: s.list(s.text),
  tastes: s.list(s.text),
  /**
   * Only with somebody who is one of these; empty: no condition. Of a mentor: what they let
   * themselves be chosen by.
   */
  gender: s.list(s.text),
  /** For oneself. It never leaves the device. */
  words: s.text,
})
export type Answers = s.Of<typeof Answers>

export const NO_ANSWERS: Answers = {
  languages: [],
  times: [],
  challenges: [],
  life: [],
  stage: 0,
  goals: [],
  style: { personality: "unsaid", communication: "unsaid", values: "unsaid", interaction: "unsaid" },
  wishes: [],
  tastes: [],
  gender: [],
  words: "",
}

/** What leaves the device. */
export type MatchCodes = Required<MatchCodesTold>

/** The codes of what a mentee answered. `utcOffsetMinutes`: of the local time, east is positive. */
export function codesOf(answers: Answers, utcOffsetMinutes: number): MatchCodes {
  const gender = known(answers.gender, GENDERS)
  return {
    languages: known(answers.languages, OFFERED_LANGUAGES),
    slots: slotsOf(answers.times, utcOffsetMinutes).toString(16),
    challenges: known(answers.challenges, CHALLENGES),
    life: known(answers.life, LIFE),
    stage: answers.stage,
    goals: known(answers.goals, GOALS),
    style: STYLE_AXES.map((axis) => PLACES[answers.style[axis]]),
    wished: known(answers.wishes, SUPPORT),
    offered: [],
    tastes: known(answers.tastes, TASTES),
    required: gender.length === 0 ? [] : [{ kind: "gender", any_of: gender }],
  }
}

/** The same of a mentor: what would be wished for is what they offer. */
export function offeredCodesOf(answers: Answers, utcOffsetMinutes: number): MatchCodes {
  const { wished, ...codes } = codesOf(answers, utcOffsetMinutes)
  return { ...codes, wished: [], offered: wished }
}

/** What has to be answered before anybody can be found, by the name of the question. */
export function missing(answers: Answers): readonly ("languages" | "times")[] {
  return (["languages", "times"] as const).filter((name) => answers[name].length === 0)
}

/** `people.week` of the server: a bit for each quarter of the week that is wholly free. */
function slotsOf(times: readonly string[], utcOffsetMinutes: number): bigint {
  let slots = 0n
  for (const time of times) {
    const [day = "", part = ""] = time.split(" ")
    const hours = (PARTS as Readonly<Record<string, readonly [number, number]>>)[part]
    if (hours === undefined) continue
    const [from, until] = hours.map((hour) => (Number(day) * 24 + hour) * 60 - utcOffsetMinutes) as [number, number]
    for (let quarter = Math.ceil(from / 15); quarter < Math.floor(until / 15); quarter++) {
      slots |= 1n << BigInt(((quarter % QUARTERS_A_WEEK) + QUARTERS_A_WEEK) % QUARTERS_A_WEEK)
    }
  }
  return slots
}

/** Nothing but codes that there are, each once and in their order: no sentence gets through. */
const known = (given: readonly string[], codes: readonly string[]) => codes.filter((code) => given.includes(code))
