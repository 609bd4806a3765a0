import { useEffect } from "preact/hooks"
import type { Reviewing, WaitingApplication } from "../../state/review-models"
import { Button } from "../parts/Button"
import { Notice } from "../parts/Notice"
import { Screen } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { go } from "../router"
import { say as sayHere } from "../words"
import { Asking } from "./Asking"
import css from "./Credentials.module.css"
import { dayOfMoment } from "./said"
import { credentialProblem, nameOf, say } from "./words"

/** What waits for somebody to review it. */
export function ReviewScreen({ reviewing }: { readonly reviewing: Reviewing }) {
  const { busy, problem, ask } = useAsking()
  const look = () => void ask(() => reviewing.look())
  useEffect(look, [reviewing])
  const [waiting, others, current] = [reviewing.waiting.value, reviewing.forOthers.value, reviewing.current.value]
  const isHeld = current?.mine === "open"
  return (
    <Screen title={say("review.title")} back="#/">
      <p>{say("review.lead")}</p>
      <Asking isOpen={waiting === undefined} busy={busy} problem={problem} onAgain={look} />
      {isHeld && (
        <Notice
          look="plain"
          title={say("review.held", { name: nameOf(`type.${current.type}`, current.type) })}
          actions={<a href={`#/review/${current.application}`}>{say("review.held.go")}</a>}
        >
          <p>{say("review.held.text")}</p>
        </Notice>
      )}
      {waiting?.length === 0 && <p>{say("review.none")}</p>}
      {waiting !== undefined && waiting.length > 0 && (
        <ul role="list" class={css.rows}>
          {waiting.map((each) => (
            <li key={each.application} class={css.sheet}>
              <Waiting reviewing={reviewing} shown={each} isHeld={isHeld} />
            </li>
          ))}
        </ul>
      )}
      {others > 0 && <p class={css.faint}>{say("review.others", { count: others })}</p>}
    </Screen>
  )
}

interface WaitingProps {
  readonly reviewing: Reviewing
  readonly shown: WaitingApplication
  /** Another one is open. */
  readonly isHeld: boolean
}

function Waiting({ reviewing, shown, isHeld }: WaitingProps) {
  const { busy, problem, ask } = useAsking()
  const { application, type, submittedAt, signedOff } = shown
  const [name, day] = [nameOf(`type.${type}`, type), dayOfMoment(submittedAt)]
  const take = async () => {
    const { done } = await ask(() => reviewing.take(application))
    if (done) go(`#/review/${application}`)
  }
  return (
    <>
      <div class={css.line}>
        <div class={css.grow}>
          <h2>{name}</h2>
          <p class={css.faint}>{say("review.since", { day })}</p>
          <p class={css.faint}>{say("signed.so_far", { count: signedOff })}</p>
        </div>
        {!isHeld && (
          <Button disabled={busy} label={say("review.take.of", { name, day })} onClick={() => void take()}>
            {busy ? sayHere("busy") : say("review.take")}
          </Button>
        )}
      </div>
      {problem && <p role="alert">{credentialProblem(problem)}</p>}
    </>
  )
}
