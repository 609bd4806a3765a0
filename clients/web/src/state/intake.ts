/**
 * From what somebody answers to the codes that a match is made by.
 *
 * The answers stay on the device, and so does every word that was written. What leaves it
 * has no room for a sentence: it is the `SideCodes` of the server, with a name for each.
 */

const QUARTERS_A_DAY = 96
const QUARTERS_A_WEEK = 7 * QUARTERS_A_DAY
export const UNSAID = -1

/** Parts of a day, in local hours. */
export const PARTS = { morning: [7, 12], afternoon: [12, 18], evening: [18, 22] } as const
export type DayPart = keyof typeof PARTS
export const DAY_PARTS = Object.keys(PARTS) as readonly DayPart[]

export const OFFERED_LANGUAGES = ["ar", "de", "en", "es", "fr", "pt", "ru", "tr", "uk", "zh"] as const
export const CHALLENGES = ["anxiety", "grief", "burnout", "addiction", "trauma", "loneliness"] as const
export const LIFE = ["parent", "student", "migrant", "carer"] as const
export const GOALS = ["sleep", "work", "people", "calm", "routine", "move"] as const
export const WISHES = ["listening", "practical", "faith", "often", "seldom", "video", "text"] as const
export const TASTES = ["like:music", "like:hiking", "dislike:crowds", "dislike:phone"] as const
export const STYLE_AXES = ["personality", "communication", "values", "interaction"] as const
export const GENDERS = ["woman", "man"] as const

/** Where somebody sees themselves between two ends; "unsaid" is as good an answer as any. */
export type Place = "unsaid" | "one" | "between" | "other"
const PLACES: Readonly<Record<Place, number>> = { unsaid: UNSAID, one: 2, between: 5, other: 8 }

export interface Answers {
  readonly languages: readonly string[]
  /** Such as `0 morning`: days are counted from Monday. */
  readonly times: readonly string[]
  readonly challenges: readonly string[]
  readonly life: readonly string[]
  /** 0…4; 0 is also what somebody has who would rather not say. */
  readonly stage: number
  readonly goals: readonly string[]
  readonly style: Readonly<Record<(typeof STYLE_AXES)[number], Place>>
  readonly wishes: readonly string[]
  readonly tastes: readonly string[]
  /** Only with somebody who is one of these; empty: no condition. */
  readonly gender: readonly string[]
  /** For oneself. It never leaves the device. */
  readonly words: string
}

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
export interface IntakeCodes {
  readonly languages: readonly string[]
  /** Quarters of an hour of a week in UTC, hexadecimal; bit 0 is Monday 00:00. */
  readonly slots: string
  readonly challenges: readonly string[]
  readonly life: readonly string[]
  readonly stage: number
  readonly goals: readonly string[]
  /** On `STYLE_AXES`, 0…10, or `UNSAID`. */
  readonly style: readonly number[]
  readonly wished: readonly string[]
  readonly tastes: readonly string[]
  readonly required: Readonly<Record<string, readonly string[]>>
}

/** The codes of what was answered. `utcOffsetMinutes`: of the local time, east is positive. */
export function codesOf(answers: Answers, utcOffsetMinutes: number): IntakeCodes {
  return {
    languages: known(answers.languages, OFFERED_LANGUAGES),
    slots: slotsOf(answers.times, utcOffsetMinutes).toString(16),
    challenges: known(answers.challenges, CHALLENGES),
    life: known(answers.life, LIFE),
    stage: answers.stage,
    goals: known(answers.goals, GOALS),
    style: STYLE_AXES.map((axis) => PLACES[answers.style[axis]]),
    wished: known(answers.wishes, WISHES),
    tastes: known(answers.tastes, TASTES),
    required: answers.gender.length === 0 ? {} : { gender: known(answers.gender, GENDERS) },
  }
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
