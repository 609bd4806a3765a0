import { useId } from "preact/hooks"
import { MAX_PLACES } from "../../protocol/events"
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
  SUPPORT,
  TASTES,
} from "../../state/intake"
import { Choice } from "../parts/Choice"
import { Field } from "../parts/Field"
import css from "../parts/Sheets.module.css"
import { Checks } from "../parts/Checks"
import { codeName, languageName, placesOf, weekday } from "./said"
import { words as wordsHere } from "../words"
import { say } from "./words"

export interface QuestionProps {
  /** To find a mentor, or to offer to be one. */
  readonly of: "search" | "offer"
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
export function About({ of, answers: { challenges, life, stage, goals }, onAnswer }: QuestionProps) {
  return (
    <>
      <Checks
        label={say(`ask.challenges.${of}`)}
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
        label={say(`ask.goals.${of}`)}
        options={named(GOALS)}
        chosen={goals}
        onChange={(chosen) => onAnswer({ goals: chosen })}
      />
    </>
  )
}

const PLACES: readonly Place[] = ["unsaid", "one", "between", "other"]

/** How somebody likes to be with others. */
export function Manner({ of, answers: { style, wishes, tastes }, onAnswer }: QuestionProps) {
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
        label={say(`ask.wishes.${of}`)}
        options={named(SUPPORT)}
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

export interface RestProps extends QuestionProps {
  readonly places: string
  readonly onPlaces: (places: string) => void
}

/** A condition, and words for oneself; of a mentor: who they are, and how many they help. */
export function Rest({ of, answers: { gender, words }, onAnswer, places, onPlaces }: RestProps) {
  return (
    <>
      <Checks
        label={say(`ask.gender.${of}`)}
        options={named(GENDERS)}
        chosen={gender}
        onChange={(chosen) => onAnswer({ gender: chosen })}
      />
      <p class={css.faint}>{say(`ask.gender_hint.${of}`)}</p>
      {of === "offer" ? (
        <Field
          label={say("ask.places")}
          hint={say("ask.places.hint")}
          value={places}
          onInput={onPlaces}
          inputMode="numeric"
          maxLength={2}
          autocomplete="off"
          problem={
            placesOf(places) === undefined
              ? say("ask.places.problem", { most: wordsHere().number(MAX_PLACES) })
              : undefined
          }
        />
      ) : (
        <OwnWords words={words} onInput={(written) => onAnswer({ words: written })} />
      )}
    </>
  )
}

function OwnWords({ words, onInput }: { readonly words: string; readonly onInput: (words: string) => void }) {
  const id = useId()
  return (
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
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </div>
  )
}
