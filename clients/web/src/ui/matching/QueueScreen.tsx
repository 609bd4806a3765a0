import { useEffect, useRef } from "preact/hooks"
import type { MatchQueue, MatchReviews } from "../../state/match-models"
import { Button } from "../parts/Button"
import { Pending } from "../parts/Pending"
import { Screen } from "../parts/Screen"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { exactly } from "../times"
import { say as sayHere, words } from "../words"
import { Proposal } from "./Proposal"
import { matchProblem, say } from "./words"

/** What a run proposes, for a coordinator's look before anybody sees it. */
export function QueueScreen({ queue }: { readonly queue: MatchQueue }) {
  const { busy, problem, ask } = useAsking()
  const look = () => void ask(() => queue.look())
  useEffect(look, [queue])
  const reviews = queue.reviews.value
  const heading = useRef<HTMLHeadingElement>(null)
  return (
    <Screen title={say("queue.title")} back="#/settings">
      <p>{say("queue.lead")}</p>
      <Pending
        isOpen={reviews === undefined}
        busy={busy}
        problem={problem && matchProblem(problem)}
        opening={say("opening")}
        again={say("again")}
        onAgain={look}
      />
      {reviews && <Runs queue={queue} reviews={reviews} />}
      {reviews && (
        <h2 ref={heading} tabIndex={-1}>
          {reviews.waitingInAll === 0 ? say("queue.none") : say("queue.waiting", { count: reviews.waitingInAll })}
        </h2>
      )}
      {reviews && reviews.waiting.length > 0 && (
        <ul role="list" class={css.rows}>
          {reviews.waiting.map((each) => (
            <li key={each.proposal} class={css.sheet} data-proposal={each.proposal}>
              <Proposal queue={queue} shown={each} onReleased={() => heading.current?.focus()} />
            </li>
          ))}
        </ul>
      )}
      {reviews && reviews.waitingInAll > reviews.waiting.length && (
        <p class={css.faint}>{say("queue.more", { count: reviews.waitingInAll - reviews.waiting.length })}</p>
      )}
    </Screen>
  )
}

interface RunsProps {
  readonly queue: MatchQueue
  readonly reviews: MatchReviews
}

/** Who waits for a run, the last one, and to ask for one. */
function Runs({ queue, reviews: { looking, isRunning, last } }: RunsProps) {
  const { busy, problem, ask } = useAsking()
  return (
    <div class={css.rows} data-part="runs">
      <p>{say("queue.looking", { count: looking })}</p>
      {last && (
        <p class={css.faint}>
          {say("queue.last", {
            time: exactly(last.finishedAt),
            matched: words().number(last.matched),
            mentees: words().number(last.mentees),
            mentors: words().number(last.mentors),
          })}
        </p>
      )}
      <p role="status">{isRunning ? say("queue.running") : ""}</p>
      <p>
        <Button disabled={busy || isRunning} onClick={() => void ask(() => queue.run())}>
          {busy ? sayHere("busy") : say("queue.run")}
        </Button>
      </p>
      {problem && <p role="alert">{matchProblem(problem)}</p>}
    </div>
  )
}
