import type { MatchAsk, MatchRoom } from "../../state/match-models"
import { Button } from "../parts/Button"
import { Confirm } from "../parts/Confirm"
import { Section } from "../parts/Screen"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { exactly } from "../times"
import { say as sayHere } from "../words"
import { planWords } from "./said"
import { matchProblem, say } from "./words"

export interface AsksProps {
  readonly room: MatchRoom
  readonly asks: readonly MatchAsk[]
  /** The one of the question before a yes: it stays when the ask is gone by then, and that is said. */
  readonly accepted: MatchAsk | undefined
  readonly onAccept: (ask: MatchAsk | undefined) => void
}

/** People who would like one as their mentor: to say yes or no, with no reason asked. */
export function Asks({ room, asks, accepted, onAccept }: AsksProps) {
  return (
    <>
      {asks.length > 0 && (
        <Section title={say("asks.title")}>
          <ul role="list" class={css.rows}>
            {asks.map((each) => (
              <li key={each.ask} class={css.sheet}>
                <Ask room={room} shown={each} onAccept={() => onAccept(each)} />
              </li>
            ))}
          </ul>
        </Section>
      )}
      {accepted && (
        <Confirm
          title={say("asks.title.yes", { name: accepted.name })}
          label={say("asks.yes")}
          run={() => room.answer(accepted.ask, true)}
          problemText={matchProblem}
          onClose={() => onAccept(undefined)}
        >
          <p>{say("asks.text.yes")}</p>
        </Confirm>
      )}
    </>
  )
}

interface AskProps {
  readonly room: MatchRoom
  readonly shown: MatchAsk
  readonly onAccept: () => void
}

function Ask({ room, shown: { ask: id, name, plan, answerBy }, onAccept }: AskProps) {
  const { busy, problem, ask } = useAsking()
  return (
    <>
      <h3>
        <bdi>{name}</bdi>
      </h3>
      {planWords(plan).map((line) => (
        <p key={line}>{line}</p>
      ))}
      <p class={css.faint}>{say("asks.by", { time: exactly(answerBy) })}</p>
      <p class={css.line}>
        <Button look="main" label={say("asks.yes.of", { name })} onClick={onAccept}>
          {say("asks.yes")}
        </Button>
        <Button
          disabled={busy}
          label={say("asks.no.of", { name })}
          onClick={() => void ask(() => room.answer(id, false))}
        >
          {busy ? sayHere("busy") : say("asks.no")}
        </Button>
      </p>
      <p class={css.faint}>{say("asks.text")}</p>
      {problem && <p role="alert">{matchProblem(problem)}</p>}
    </>
  )
}
