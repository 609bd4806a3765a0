import { useState } from "preact/hooks"
import type { MatchStage } from "../../state/match-models"
import { Button } from "../parts/Button"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { exactly } from "../times"
import { say as sayHere } from "../words"
import type { MatchProps } from "./match-props"
import { Search } from "./Search"
import { matchProblem, nameOf, say } from "./words"

export interface WaitingProps extends MatchProps {
  readonly stage: Exclude<MatchStage, "none" | "choice" | "preparing" | "active">
}

/** What somebody waits for, until when, and what they can do meanwhile; or why they can begin anew. */
export function Waiting({ room, view, stage }: WaitingProps) {
  const { until, against, chosen, options } = view
  const [begins, setBegins] = useState(false)
  const { busy, problem, ask } = useAsking()
  const isOver = stage === "ended" || stage === "lapsed"
  const name = options.find(({ option }) => option === chosen)?.name
  if (begins) return <Search room={room} onLeave={() => setBegins(false)} />
  return (
    <>
      <h2>{say(`stage.${stage}`)}</h2>
      <p>{stage === "asked" && name !== undefined ? say("about_name.asked", { name }) : say(`about.${stage}`)}</p>
      {against.length > 0 && (
        <ul>
          {against.map((code) => (
            <li key={code}>{nameOf(`against.${code}`, code)}</li>
          ))}
        </ul>
      )}
      {stage === "impossible" && <p>{say("impossible.on")}</p>}
      {!isOver && until !== undefined && <p>{say("until", { time: exactly(until) })}</p>}
      <p class={css.line}>
        {(isOver || stage === "impossible") && (
          <Button look="main" onClick={() => setBegins(true)}>
            {say("anew")}
          </Button>
        )}
        {!isOver && (
          <Button disabled={busy} onClick={() => void ask(() => room.stop())}>
            {busy ? sayHere("busy") : say("stop")}
          </Button>
        )}
      </p>
      {!isOver && <p>{say("meanwhile")}</p>}
      {problem && <p role="alert">{matchProblem(problem)}</p>}
    </>
  )
}
