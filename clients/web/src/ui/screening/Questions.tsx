import { useEffect, useRef, useState } from "preact/hooks"
import { type Answers, type Instrument, nextItem, SKIPPED } from "../../screening/instrument"
import { sealed } from "../../screening/sealed"
import type { Screening } from "../../state/plan-models"
import { Button } from "../parts/Button"
import { say } from "../plan/words"
import css from "./Screening.module.css"

export interface QuestionsProps {
  readonly instrument: Instrument
  /** All were answered or skipped, and somebody has pressed that it may go. */
  readonly onSend: (answers: Screening) => void
  readonly onStop: () => void
  readonly busy?: boolean
}

/** One question after the other; each can be skipped, and nothing goes before somebody says so. */
export function Questions({ instrument, onSend, onStop, busy = false }: QuestionsProps) {
  const [answers, setAnswers] = useState<Answers>(new Map())
  const item = nextItem(instrument, answers)
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => place.current?.querySelector<HTMLElement>("[tabindex]")?.focus(), [item?.id])
  const answer = (id: string, given: string) => setAnswers(new Map([...answers, [id, given]]))
  const back = () => setAnswers(new Map([...answers].slice(0, -1)))
  return (
    <div ref={place} class={css.questions}>
      {item === undefined ? (
        <End busy={busy} answers={sealed(instrument, answers)} onSend={onSend} />
      ) : (
        <section class={css.question} aria-labelledby={`q-${item.id}`}>
          <p class={css.place}>{say("questions.place", { number: answers.size + 1 })}</p>
          <h3 id={`q-${item.id}`} tabIndex={-1} lang={instrument.language} dir="auto">
            {item.text}
          </h3>
          {item.options.map(({ id, text }) => (
            <Button key={id} wide onClick={() => answer(item.id, id)}>
              <span lang={instrument.language} dir="auto">
                {text}
              </span>
            </Button>
          ))}
          <Button wide look="quiet" onClick={() => answer(item.id, SKIPPED)}>
            {say("questions.skip")}
          </Button>
        </section>
      )}
      <div class={css.ways}>
        {answers.size > 0 && (
          <Button wide look="quiet" disabled={busy} onClick={back}>
            {say("questions.back")}
          </Button>
        )}
        <Button wide look="quiet" onClick={onStop}>
          {say("questions.stop")}
        </Button>
      </div>
    </div>
  )
}

interface EndProps {
  readonly answers: Screening
  readonly busy: boolean
  readonly onSend: (answers: Screening) => void
}

/** The same whatever was answered: no band, no verdict, and nothing that somebody does not get. */
function End({ answers, busy, onSend }: EndProps) {
  return (
    <section class={css.question} aria-labelledby="q-end">
      <h3 id="q-end" tabIndex={-1}>
        {say("questions.done")}
      </h3>
      <p>{say("questions.done.text")}</p>
      <div>
        <Button look="main" disabled={busy} onClick={() => onSend(answers)}>
          {say("questions.send")}
        </Button>
      </div>
    </section>
  )
}
