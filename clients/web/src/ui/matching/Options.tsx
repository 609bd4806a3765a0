import { useState } from "preact/hooks"
import type { MatchOption } from "../../state/match-models"
import { Button } from "../parts/Button"
import { Confirm } from "../parts/Confirm"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { exactly } from "../times"
import { say as sayHere } from "../words"
import type { MatchProps } from "./match-props"
import { PointsPart } from "./PointsPart"
import { planWords } from "./said"
import { matchProblem, say } from "./words"

/** Up to three people, each with why; to choose one, or to ask for others. */
export function Options({ room, view: { proposal, options, until } }: MatchProps) {
  // With its proposal: what is shown may be another one by the time somebody says yes.
  const [wanted, setWanted] = useState<{ readonly proposal: string; readonly option: MatchOption }>()
  const { busy, problem, ask } = useAsking()
  if (proposal === undefined) return null
  return (
    <>
      <h2>{say("choice.title")}</h2>
      <p>{say("choice.text")}</p>
      {until !== undefined && <p>{say("until", { time: exactly(until) })}</p>}
      <ul role="list" class={css.rows}>
        {options.map((each) => (
          <li key={each.option} class={css.sheet}>
            <OptionCard shown={each} onChoose={() => setWanted({ proposal, option: each })} />
          </li>
        ))}
      </ul>
      <p class={css.line} data-part="none">
        <Button disabled={busy} onClick={() => void ask(() => room.others(proposal))}>
          {busy ? sayHere("busy") : say("others")}
        </Button>
        <Button look="quiet" disabled={busy} onClick={() => void ask(() => room.stop())}>
          {say("stop")}
        </Button>
      </p>
      <p class={css.faint}>{say("others.text")}</p>
      {problem && <p role="alert">{matchProblem(problem)}</p>}
      {wanted && (
        <Confirm
          title={say("choose.title", { name: wanted.option.name })}
          label={say("choose.yes")}
          run={() => room.choose(wanted.proposal, wanted.option.option)}
          problemText={matchProblem}
          onClose={() => setWanted(undefined)}
        >
          <p>{say("choose.text")}</p>
        </Confirm>
      )}
    </>
  )
}

interface OptionProps {
  readonly shown: MatchOption
  readonly onChoose: () => void
}

function OptionCard({ shown, onChoose }: OptionProps) {
  const { name, lines, plan, standing } = shown
  return (
    <>
      <h3>
        <bdi>{name}</bdi>
      </h3>
      <PointsPart name={name} lines={lines} />
      <div>
        <h4>{say("plan.title")}</h4>
        {planWords(plan).map((line) => (
          <p key={line}>{line}</p>
        ))}
      </div>
      {standing === "open" ? (
        <p>
          <Button look="main" label={say("choose.of", { name })} onClick={onChoose}>
            {say("choose")}
          </Button>
        </p>
      ) : (
        <p>{say("closed")}</p>
      )}
    </>
  )
}
