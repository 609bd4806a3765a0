import type { Desk, DeskView } from "../../state/desk-models"
import { Button } from "../parts/Button"
import { Notice } from "../parts/Notice"
import { useAsking } from "../parts/useAsking"
import { timeOfDay } from "../times"
import css from "./Desk.module.css"
import { allowSound } from "./ringing"
import { span } from "./spans"
import { deskProblem, say } from "./words"

/** Begin, break, end: one press each. What is said of one's load is for oneself. */
export function Duty({ desk, view }: { readonly desk: Desk; readonly view: DeskView }) {
  const { busy, problem, ask } = useAsking()
  const { duty, resting_until: restingUntil } = view
  const isResting = restingUntil !== null && restingUntil > desk.now.value
  const mayBegin = !isResting || view.may_start_early
  const start = () => {
    allowSound()
    void ask(() => desk.start())
  }
  return (
    <div class={css.sheet}>
      <p class={css.state} role="status">
        {say(`duty.${duty}`)}
      </p>
      <p class={css.line}>
        {duty !== "on" && (
          <Button look={mayBegin || duty === "paused" ? "main" : "plain"} disabled={busy} onClick={start}>
            {say(duty === "off" ? "duty.start" : "duty.resume")}
          </Button>
        )}
        {duty === "on" && (
          <Button disabled={busy} onClick={() => void ask(() => desk.pause())}>
            {say("duty.pause")}
          </Button>
        )}
        {duty !== "off" && (
          <Button disabled={busy} onClick={() => void ask(() => desk.end())}>
            {say("duty.end")}
          </Button>
        )}
      </p>
      {problem && <p role="alert">{problem.code === "not_now" ? say("duty.resting") : deskProblem(problem)}</p>}
      {isResting && <Rest desk={desk} view={view} until={restingUntil} />}
      {duty !== "off" && (
        <p class={css.faint}>
          {say("load", { count: view.urgent_today, cap: view.urgent_hard_cap })}{" "}
          {view.urgent_today >= view.urgent_soft_cap && say("load.soft")}
        </p>
      )}
    </div>
  )
}

interface RestProps {
  readonly desk: Desk
  readonly view: DeskView
  /** In milliseconds of the server's clock. */
  readonly until: number
}

/** Until when nothing is asked, and who can change that. */
function Rest({ desk, view, until }: RestProps) {
  const left = span((until - desk.now.value) / 1_000)
  return (
    <Notice look="plain" live={view.may_start_early}>
      {view.duty === "off" && view.may_start_early ? (
        <p>{say("rest.allowed")}</p>
      ) : (
        <p>{say("rest.until", { time: timeOfDay(new Date(until)), left })}</p>
      )}
      {view.duty === "off" && !view.may_start_early && <p>{say("rest.earlier")}</p>}
      {view.urgent_today > 0 && <p>{say("rest.debrief")}</p>}
    </Notice>
  )
}
