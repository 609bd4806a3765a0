import { useRef, useState } from "preact/hooks"
import { type Answers, codesOf, type IntakeCodes, missing, STYLE_AXES, UNSAID } from "../../state/intake"
import type { MatchRoom } from "../../state/match-models"
import { now } from "../clock"
import { Button } from "../parts/Button"
import { Facts } from "../parts/Facts"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { words, say as sayHere } from "../words"
import { About, Manner, type QuestionProps, Reach, Rest } from "./Questions"
import { codeName, languageName, slotsWords } from "./said"
import { matchProblem, nameOf, say } from "./words"

const STEPS = ["reach", "about", "manner", "rest", "send"] as const
type Step = (typeof STEPS)[number]

/** A few questions, one group after the other, and what of the answers leaves the device. */
export function Intake({ room }: { readonly room: MatchRoom }) {
  const [at, setAt] = useState(0)
  const [answers, setAnswers] = useState<Answers>(room.answers.value)
  const heading = useRef<HTMLHeadingElement>(null)
  const step: Step = STEPS[at] ?? "reach"
  const turn = (to: number) => {
    void room.keep(answers)
    setAt(to)
    heading.current?.focus()
  }
  const question: QuestionProps = { answers, onAnswer: (more) => setAnswers({ ...answers, ...more }) }
  return (
    <div class={css.form}>
      {at === 0 && <p>{say("intake.lead")}</p>}
      <h2 ref={heading} tabIndex={-1}>
        {say(`step.${step}`)}
      </h2>
      <p class={css.faint}>{say("step.of", { at: words().number(at + 1), all: words().number(STEPS.length) })}</p>
      {step === "reach" && <Reach {...question} />}
      {step === "about" && <About {...question} />}
      {step === "manner" && <Manner {...question} />}
      {step === "rest" && <Rest {...question} />}
      {step === "send" && <Send room={room} answers={answers} />}
      <p class={css.line} data-part="steps">
        {at > 0 && <Button onClick={() => turn(at - 1)}>{say("step.back")}</Button>}
        {step !== "send" && (
          <Button look="main" onClick={() => turn(at + 1)}>
            {say("step.next")}
          </Button>
        )}
      </p>
      {step !== "send" && step !== "reach" && <p class={css.faint}>{say("intake.skip")}</p>}
    </div>
  )
}

interface SendProps {
  readonly room: MatchRoom
  readonly answers: Answers
}

/** Exactly what is sent, before it is: codes, and nothing that was written. */
function Send({ room, answers }: SendProps) {
  const { busy, problem, ask } = useAsking()
  const codes = codesOf(answers, -now.value.getTimezoneOffset())
  const lacks = missing(answers)
  return (
    <>
      <p>{say("send.text")}</p>
      <Facts facts={sent(codes)} />
      <p class={css.faint}>{say("send.not")}</p>
      {lacks.length > 0 && <p>{say("send.lacks", { what: words().list(lacks.map((each) => say(`lack.${each}`))) })}</p>}
      <p>
        <Button look="main" disabled={busy || lacks.length > 0} onClick={() => void ask(() => room.begin(codes))}>
          {busy ? sayHere("busy") : say("send.do")}
        </Button>
      </p>
      {problem && <p role="alert">{matchProblem(problem)}</p>}
    </>
  )
}

function sent(codes: IntakeCodes): readonly (readonly [string, string | undefined])[] {
  const list = (given: readonly string[], name: (code: string) => string = codeName) =>
    given.length === 0 ? undefined : words().list(given.map(name))
  const axes = STYLE_AXES.filter((_, at) => codes.style[at] !== UNSAID)
  return [
    [say("datum.languages"), list(codes.languages, languageName)],
    [say("datum.slots"), slotsWords(codes.slots)],
    [say("datum.challenges"), list(codes.challenges)],
    [say("datum.life"), list(codes.life)],
    [say("datum.stage"), codes.stage === 0 ? undefined : nameOf(`stage_is.${codes.stage}`, String(codes.stage))],
    [say("datum.goals"), list(codes.goals)],
    [say("datum.style"), list(axes, (axis) => say(`axis.${axis as (typeof STYLE_AXES)[number]}`))],
    [say("datum.wished"), list(codes.wished)],
    [say("datum.tastes"), list(codes.tastes)],
    [say("datum.required"), list(codes.required["gender"] ?? [])],
  ]
}
