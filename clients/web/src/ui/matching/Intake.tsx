import { useRef, useState } from "preact/hooks"
import type { Outcome } from "../../state/asked"
import type { Answers, MatchCodes } from "../../state/intake"
import { Button } from "../parts/Button"
import css from "../parts/Sheets.module.css"
import { words } from "../words"
import { About, Manner, type QuestionProps, Reach, Rest } from "./Questions"
import { Send } from "./Send"
import { say } from "./words"

const STEPS = ["reach", "about", "manner", "rest", "send"] as const
type Step = (typeof STEPS)[number]

export interface IntakeProps {
  /** To find a mentor, or to offer to be one. */
  readonly of: "search" | "offer"
  /** As they were kept. */
  readonly known: Answers
  /** Of a mentor: how many they help at most. */
  readonly most?: number
  readonly keep: (answers: Answers) => Promise<Outcome>
  /** Back from the first question. */
  readonly onLeave?: () => void
  readonly send: (codes: MatchCodes, places: number) => Promise<Outcome>
}

/** A few questions, one group after the other, and what of the answers leaves the device. */
export function Intake({ of, known, most = 1, keep, send, onLeave }: IntakeProps) {
  const [at, setAt] = useState(0)
  const [answers, setAnswers] = useState(known)
  const [places, setPlaces] = useState(String(most))
  const heading = useRef<HTMLHeadingElement>(null)
  const step: Step = STEPS[at] ?? "reach"
  const turn = (to: number) => {
    void keep(answers)
    setAt(to)
    heading.current?.focus()
  }
  const question: QuestionProps = { of, answers, onAnswer: (more) => setAnswers({ ...answers, ...more }) }
  return (
    <div class={css.form}>
      {at === 0 && <p>{say(`intake.lead.${of}`)}</p>}
      <h2 ref={heading} tabIndex={-1}>
        {say(`step.${step}`)}
      </h2>
      <p class={css.faint}>{say("step.of", { at: words().number(at + 1), all: words().number(STEPS.length) })}</p>
      {step === "reach" && <Reach {...question} />}
      {step === "about" && <About {...question} />}
      {step === "manner" && <Manner {...question} />}
      {step === "rest" && <Rest {...question} places={places} onPlaces={setPlaces} />}
      {step === "send" && <Send of={of} answers={answers} places={places} send={send} />}
      <p class={css.line} data-part="steps">
        {at > 0 && <Button onClick={() => turn(at - 1)}>{say("step.back")}</Button>}
        {at === 0 && onLeave && <Button onClick={onLeave}>{say("step.back")}</Button>}
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
