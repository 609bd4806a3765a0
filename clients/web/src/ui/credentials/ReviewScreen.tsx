import { useEffect } from "preact/hooks"
import type { Reviewing, WaitingApplication } from "../../state/review-models"
import { Button } from "../parts/Button"
import { Screen } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { go } from "../router"
import { Asking } from "./Asking"
import css from "./Credentials.module.css"
import { dayOfMoment } from "./said"
import { nameOf, say } from "./words"

/** What waits for somebody to review it. */
export function ReviewScreen({ reviewing }: { readonly reviewing: Reviewing }) {
  const { busy, problem, ask } = useAsking()
  const look = () => void ask(() => reviewing.look())
  useEffect(look, [reviewing])
  const [waiting, others] = [reviewing.waiting.value, reviewing.forOthers.value]
  return (
    <Screen title={say("review.title")} back="#/settings">
      <p>{say("review.lead")}</p>
      <Asking isOpen={waiting === undefined} busy={busy} problem={problem} onAgain={look} />
      {waiting?.length === 0 && <p>{say("review.none")}</p>}
      {waiting !== undefined && waiting.length > 0 && (
        <ul role="list" class={css.rows}>
          {waiting.map((each) => (
            <li key={each.application} class={css.sheet}>
              <Waiting shown={each} />
            </li>
          ))}
        </ul>
      )}
      <p>
        <a href="#/holders">{say("holders.title")}</a>
      </p>
      {others > 0 && <p class={css.faint}>{say("review.others", { count: others })}</p>}
    </Screen>
  )
}

function Waiting({ shown: { application, type, submittedAt, signedOff } }: { readonly shown: WaitingApplication }) {
  const [name, day] = [nameOf(`type.${type}`, type), dayOfMoment(submittedAt)]
  return (
    <div class={css.line}>
      <div class={css.grow}>
        <h2>{name}</h2>
        <p class={css.faint}>{say("review.since", { day })}</p>
        <p class={css.faint}>{say("signed.so_far", { count: signedOff })}</p>
      </div>
      <Button label={say("review.take.of", { name, day })} onClick={() => go(`#/review/${application}`)}>
        {say("review.take")}
      </Button>
    </div>
  )
}
