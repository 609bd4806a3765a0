import { useState } from "preact/hooks"
import type { DeadEvent, ReplayOf } from "../../state/hook-models"
import { Button } from "../parts/Button"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { usePlace } from "../parts/usePlace"
import { exactly } from "../times"
import { say as sayHere } from "../words"
import type { EndpointProps } from "./endpoint-props"
import { hookProblem, nameOf, say } from "./words"

/** What was given up, and to send it again. */
export function DeadEvents({ hooks, shown: { endpoint, purpose, state, dead } }: EndpointProps) {
  const [events, setEvents] = useState<readonly DeadEvent[]>()
  const [queued, setQueued] = useState<number>()
  const { busy, problem, ask } = useAsking()
  const name = nameOf(`purpose.${purpose}`, purpose)
  const canReplay = state !== "disabled"
  const hasDead = dead > 0 || (events?.length ?? 0) > 0
  const place = usePlace(`${hasDead} ${events?.length ?? 0}`)
  const toggle = async () => {
    if (events !== undefined) return setEvents(undefined)
    const found = await ask(() => hooks.dead(endpoint))
    setEvents(found.events)
  }
  const replay = async (what: ReplayOf) => {
    const found = await ask(() => hooks.replay(endpoint, what))
    if (!found.done) return
    setQueued(found.queued)
    if (what === "dead") setEvents(undefined)
    else setEvents(events?.filter(({ event }) => event !== what.event))
  }
  if (!hasDead && queued === undefined) return null
  return (
    <div ref={place} tabIndex={-1} class={css.part} data-part="dead">
      {hasDead && (
        <p class={css.line}>
          <Button
            disabled={busy}
            expanded={events !== undefined}
            label={say("dead.show.of", { count: dead, name })}
            onClick={() => void toggle()}
          >
            {busy ? sayHere("busy") : say("dead.show", { count: dead })}
          </Button>
          {canReplay && (
            <Button disabled={busy} label={say("replay.all.of", { name })} onClick={() => void replay("dead")}>
              {say("replay.all")}
            </Button>
          )}
        </p>
      )}
      {hasDead && !canReplay && <p class={css.faint}>{say("replay.disabled")}</p>}
      {queued !== undefined && <p role="status">{say("replayed", { count: queued })}</p>}
      {problem && <p role="alert">{hookProblem(problem)}</p>}
      {events !== undefined && (
        <ul role="list" class={css.table}>
          {events.map((each) => (
            <li key={each.event}>
              <Dead shown={each} />
              {canReplay && (
                <Button
                  look="quiet"
                  disabled={busy}
                  label={say("replay.of", { type: each.type, time: exactly(each.occurredAt) })}
                  onClick={() => void replay({ event: each.event })}
                >
                  {say("replay")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function Dead({ shown: { type, occurredAt, attempts, last } }: { readonly shown: DeadEvent }) {
  return (
    <div class={css.grow}>
      <p class={css.mono} dir="ltr">
        {type}
      </p>
      <p class={css.faint}>
        {exactly(occurredAt)} · {say("attempts", { count: attempts })}
        {last !== undefined && ` · ${nameOf(`last.${last}`, last)}`}
      </p>
    </div>
  )
}
