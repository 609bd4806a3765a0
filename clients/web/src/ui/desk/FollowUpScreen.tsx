import { useEffect } from "preact/hooks"
import type { AttemptOutcome, Desk, FollowUpView } from "../../state/desk-models"
import { Button } from "../parts/Button"
import { Screen } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { Band } from "./Band"
import css from "./Desk.module.css"
import { nameOf } from "./Facts"
import { leftWords } from "./spans"
import { type DeskKey, deskProblem, say } from "./words"

const ATTEMPTS: readonly AttemptOutcome[] = ["reached", "no_answer", "declined", "unsafe", "unreachable"]

/** Whom to ask how they are, the longest due first. */
export function FollowUpScreen({ desk, isSupervisor }: { readonly desk: Desk; readonly isSupervisor: boolean }) {
  const { problem, ask } = useAsking()
  useEffect(() => void ask(() => desk.lookAtFollowUps()), [desk])
  const list = desk.followUps.value
  return (
    <Screen title={say("followups.title")} back="#/desk">
      <p class={css.faint}>{say("followups.hint")}</p>
      {problem && <p role="alert">{deskProblem(problem)}</p>}
      {list?.follow_ups.length === 0 && <p>{say("followups.none")}</p>}
      <ul role="list" class={css.rows}>
        {list?.follow_ups.map((each) => (
          <li key={each.case} class={css.sheet}>
            <FollowUp desk={desk} due={each} isSupervisor={isSupervisor} />
          </li>
        ))}
      </ul>
    </Screen>
  )
}

interface FollowUpProps {
  readonly desk: Desk
  readonly due: FollowUpView
  readonly isSupervisor: boolean
}

function FollowUp({ desk, due, isSupervisor }: FollowUpProps) {
  const { busy, problem, ask } = useAsking()
  const { taken_by: takenBy, is_mine: isMine, conversation } = due
  const isOthers = takenBy !== null && !isMine
  return (
    <>
      <p class={css.line}>
        <Band band={due.band} />
        <strong>{leftWords(due.due_at, desk.now.value)}</strong>
        <span class={css.faint}>{say("followup.attempts", { count: due.attempts })}</span>
        {due.language !== "" && <span class={css.faint}>{nameOf("language", due.language)}</span>}
      </p>
      {takenBy !== null && <p>{isMine ? say("followup.mine") : say("followup.by", { name: takenBy })}</p>}
      {isMine && !due.is_in && (
        <p class={css.faint}>{say(conversation === null ? "followup.nowhere" : "followup.not_in")}</p>
      )}
      <p class={css.line}>
        {due.is_in && conversation !== null && <a href={`#/c/${conversation}`}>{say("followup.write")}</a>}
        {!isMine && (!isOthers || isSupervisor) && (
          <Button disabled={busy} onClick={() => void ask(() => desk.take(due.case, true))}>
            {say(isOthers ? "followup.take_over" : "followup.take")}
          </Button>
        )}
        {isMine && (
          <Button look="quiet" disabled={busy} onClick={() => void ask(() => desk.take(due.case, false))}>
            {say("followup.back")}
          </Button>
        )}
      </p>
      {!isOthers && (
        <details class={css.more}>
          <summary>{say("followup.record")}</summary>
          <p class={css.line}>
            {ATTEMPTS.map((each) => (
              <Button key={each} disabled={busy} onClick={() => void ask(() => desk.record(due.case, each))}>
                {say(`attempt.${each}` as DeskKey)}
              </Button>
            ))}
          </p>
        </details>
      )}
      {problem && <p role="alert">{deskProblem(problem)}</p>}
    </>
  )
}
