import { useState } from "preact/hooks"
import type { MatchRoom, Together } from "../../state/match-models"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { Confirm } from "../parts/Confirm"
import css from "../parts/Sheets.module.css"
import { matchProblem, say } from "./words"

export interface PartingProps {
  readonly room: MatchRoom
  readonly together: Together
}

/** The way to somebody else, or to an end; no reason is needed for either. */
export function Parting({ room, together }: PartingProps) {
  const { relationship, name, isActive, iAmMentor } = together
  const [way, setWay] = useState<"rematch" | "end">()
  const [how, setHow] = useState<"over" | "reached">("over")
  const close = () => setWay(undefined)
  return (
    <div class={css.rows} data-part="parting">
      <h3>{say(iAmMentor ? "end.title" : "rematch.title")}</h3>
      <p>{say(iAmMentor ? "end.text" : "rematch.text")}</p>
      <p class={css.line}>
        {!iAmMentor && <Button onClick={() => setWay("rematch")}>{say("rematch")}</Button>}
        <Button label={say("end.of", { name })} onClick={() => setWay("end")}>
          {say("end")}
        </Button>
      </p>
      {way === "rematch" && (
        <Confirm
          title={say("rematch.ask")}
          label={say("rematch")}
          run={() => room.rematch(relationship)}
          problemText={matchProblem}
          onClose={close}
        >
          <p>{say("rematch.then")}</p>
        </Confirm>
      )}
      {way === "end" && (
        <Confirm
          title={say("end.ask")}
          label={say("end")}
          run={() => room.end(relationship, isActive && how === "reached")}
          problemText={matchProblem}
          onClose={close}
        >
          <p>{say(iAmMentor ? "end.then" : "end.then.mentee")}</p>
          {isActive && (
            <Choice
              label={say("end.how")}
              value={how}
              options={[
                ["over", say("end.how.over")],
                ["reached", say("end.how.reached")],
              ]}
              onChange={setHow}
            />
          )}
        </Confirm>
      )}
    </div>
  )
}
