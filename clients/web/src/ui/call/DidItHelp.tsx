import { useLayoutEffect, useRef, useState } from "preact/hooks"
import type { Helped, HelpedScore } from "../../state/call-models"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { useAsking } from "../parts/useAsking"
import { words } from "../words"
import css from "./Panel.module.css"
import { callProblem, say } from "./words"

/** From not at all to a great deal; both ends in words. */
const SCORES: readonly HelpedScore[] = [1, 2, 3, 4, 5]

/** One question after a planned call, for whoever likes to answer it. */
export function DidItHelp({ helped }: { readonly helped: Helped }) {
  const answer = helped.answer.value
  const [isOpen, setOpen] = useState(answer === undefined)
  const heading = useRef<HTMLHeadingElement>(null)
  const wasOpen = useRef(isOpen)
  // What had the focus is gone.
  useLayoutEffect(() => {
    if (wasOpen.current !== isOpen) heading.current?.focus()
    wasOpen.current = isOpen
  }, [isOpen])
  return (
    <section class={css.sheet}>
      <h2 ref={heading} tabIndex={-1}>
        {say("helped.title")}
      </h2>
      {isOpen || answer === undefined ? (
        <Question helped={helped} onSaid={() => setOpen(false)} />
      ) : (
        <>
          <p role="status">{say("helped.thanks", { answer: wordsOf(answer) })}</p>
          <div class={css.acts}>
            <Button onClick={() => setOpen(true)}>{say("helped.change")}</Button>
          </div>
        </>
      )}
    </section>
  )
}

function Question({ helped, onSaid }: { readonly helped: Helped; readonly onSaid: () => void }) {
  const before = helped.answer.value
  const [chosen, choose] = useState(before)
  const { busy, problem, ask } = useAsking()
  const send = async (score: HelpedScore) => {
    const { done } = await ask(() => helped.say(score))
    if (done) onSaid()
  }
  return (
    <>
      <p class={css.faint}>{say("helped.text")}</p>
      <Choice
        label={say("helped.question")}
        value={chosen === undefined ? "" : String(chosen)}
        options={SCORES.map((score) => [String(score), wordsOf(score)])}
        onChange={(value) => choose(SCORES.find((score) => String(score) === value))}
      />
      <div class={css.acts}>
        <Button disabled={busy || chosen === undefined} onClick={() => chosen !== undefined && void send(chosen)}>
          {say("helped.send")}
        </Button>
        <Button look="quiet" onClick={before === undefined ? () => helped.skip() : onSaid}>
          {say(before === undefined ? "helped.skip" : "helped.keep")}
        </Button>
      </div>
      {problem && <p role="alert">{callProblem(problem)}</p>}
    </>
  )
}

/** "1 – not at all", "2", … "5 – a great deal". */
function wordsOf(score: HelpedScore): string {
  if (score === 1) return say("helped.least", { number: score })
  return score === 5 ? say("helped.most", { number: score }) : words().number(score)
}
