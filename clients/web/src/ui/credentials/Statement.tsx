import { useState } from "preact/hooks"
import { now } from "../clock"
import { Button } from "../parts/Button"
import { Field } from "../parts/Field"
import { useAsking } from "../parts/useAsking"
import { say as sayHere } from "../words"
import css from "./Credentials.module.css"
import type { NeedCardProps } from "./need-props"
import { calendarDay } from "./said"
import { credentialProblem, needName, say } from "./words"

/** What somebody states of themselves: that a point holds, and since when. Nothing more is asked. */
export function Statement({ applying, application, need, canChange }: NeedCardProps) {
  const [since, setSince] = useState("")
  const { busy, problem, ask } = useAsking()
  const name = needName(need.need)
  const isAhead = since > now.value.toISOString().slice(0, 10)
  if (need.since !== undefined) {
    return (
      <>
        <p>{say("stated", { day: calendarDay(need.since) })}</p>
        {canChange && (
          <p>
            <Button
              disabled={busy}
              label={say("state.undo.of", { name })}
              onClick={() => void ask(() => applying.state(application, need.need, undefined))}
            >
              {say("state.undo")}
            </Button>
          </p>
        )}
        {problem && <p role="alert">{credentialProblem(problem)}</p>}
      </>
    )
  }
  if (!canChange) return null
  return (
    <form
      class={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (!isAhead) void ask(() => applying.state(application, need.need, since))
      }}
    >
      <Field
        label={say("state.since")}
        type="date"
        value={since}
        onInput={setSince}
        required
        problem={isAhead ? say("state.ahead") : undefined}
      />
      <p>
        <Button type="submit" disabled={busy || since === ""} label={say("state.do.of", { name })}>
          {busy ? sayHere("busy") : say("state.do")}
        </Button>
      </p>
      {problem && <p role="alert">{credentialProblem(problem)}</p>}
    </form>
  )
}
