import { useId } from "preact/hooks"
import {
  type Answers,
  CHALLENGES,
  DAY_PARTS,
  GENDERS,
  GOALS,
  LIFE,
  OFFERED_LANGUAGES,
  type Place,
  STYLE_AXES,
  TASTES,
  WISHES,
} from "../../state/intake"
import { Choice } from "../parts/Choice"
import css from "../parts/Sheets.module.css"
import { Checks } from "./Checks"
import { codeName, languageName, weekday } from "./said"
import { say } from "./words"

export interface QuestionProps {
  readonly answers: Answers
  readonly onAnswer: (more: Partial<Answers>) => void
}

const named = (codes: readonly string[]) => codes.map((code) => [code, codeName(code)] as const)
const DAYS = [0, 1, 2, 3, 4, 5, 6]
const STAGES = ["0", "1", "2", "3", "4"] as const
const MOST_WORDS = 2_000

/** Languages, and when somebody has time. */
export function Reach({ answers: { languages, times }, onAnswer }: QuestionProps) {
  return (
    <>
      <Checks
        label={say("ask.languages")}
        options={OFFERED_LANGUAGES.map((code) => [code, languageName(code)])}
        chosen={languages}
        onChange={(chosen) => onAnswer({ languages: chosen })}
      />
      <p>{say("ask.times")}</p>
      {DAYS.map((day) => (
        <Checks
          key={day}
          label={weekday(day)}
          options={DAY_PARTS.map((part) => [`${day} ${part}`, say(`part.${part}`)])}
          chosen={times}
          onChange={(chosen) => onAnswer({ times: chosen })}
        />
      ))}
    </>
  )
}

/** What it is about, and what somebody would like to come to. */
export function About({ answers: { challenges, life, stage, goals }, onAnswer }: QuestionProps) {
  return (
    <>
      <Checks
        label={say("ask.challenges")}
        options={named(CHALLENGES)}
        chosen={challenges}
        onChange={(chosen) => onAnswer({ challenges: chosen })}
      />
      <Checks
        label={say("ask.life")}
        options={named(LIFE)}
        chosen={life}
        onChange={(chosen) => onAnswer({ life: chosen })}
      />
      <Choice
        label={say("ask.stage")}
        value={STAGES[stage] ?? "0"}
        options={STAGES.map((each) => [each, say(`stage_is.${each}`)])}
        onChange={(each) => onAnswer({ stage: Number(each) })}
      />
      <Checks
        label={say("ask.goals")}
        options={named(GOALS)}
        chosen={goals}
        onChange={(chosen) => onAnswer({ goals: chosen })}
      />
    </>
  )
}

const PLACES: readonly Place[] = ["unsaid", "one", "between", "other"]

/** How somebody likes to be with others. */
export function Manner({ answers: { style, wishes, tastes }, onAnswer }: QuestionProps) {
  return (
    <>
      {STYLE_AXES.map((axis) => (
        <Choice
          key={axis}
          label={say(`axis.${axis}`)}
          value={style[axis]}
          options={PLACES.map((place) => [
            place,
            place === "one" || place === "other" ? say(`end_of.${axis}.${place}`) : say(`place.${place}`),
          ])}
          onChange={(place) => onAnswer({ style: { ...style, [axis]: place } })}
        />
      ))}
      <Checks
        label={say("ask.wishes")}
        options={named(WISHES)}
        chosen={wishes}
        onChange={(chosen) => onAnswer({ wishes: chosen })}
      />
      <Checks
        label={say("ask.tastes")}
        options={named(TASTES)}
        chosen={tastes}
        onChange={(chosen) => onAnswer({ tastes: chosen })}
      />
    </>
  )
}

/** A condition, and words for oneself. */
export function Rest({ answers: { gender, words }, onAnswer }: QuestionProps) {
  const id = useId()
  return (
    <>
      <Checks
        label={say("ask.gender")}
        options={named(GENDERS)}
        chosen={gender}
        onChange={(chosen) => onAnswer({ gender: chosen })}
      />
      <p class={css.faint}>{say("ask.gender.hint")}</p>
      <div class={css.choose}>
        <label for={id}>{say("ask.words")}</label>
        <p class={css.faint} id={`${id}-hint`}>
          {say("ask.words.hint")}
        </p>
        <textarea
          id={id}
          dir="auto"
          rows={4}
          maxLength={MOST_WORDS}
          value={words}
          aria-describedby={`${id}-hint`}
          onInput={(event) => onAnswer({ words: event.currentTarget.value })}
        />
      </div>
    </>
  )
}
