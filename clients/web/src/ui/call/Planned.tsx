import { useEffect, useState } from "preact/hooks"
import type { Calls, PlannedCall } from "../../state/call-models"
import type { Outcome } from "../../state/models"
import { now } from "../clock"
import { Button } from "../parts/Button"
import { Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { nameOfZone, ownZone } from "../session/moments"
import { whenOf } from "../times"
import css from "./Panel.module.css"
import { callProblem, say, sayOr } from "./words"

/** So many are shown at once. */
const FIRST = 3

export interface PlannedProps {
  readonly calls: Calls
  readonly conversation: string
  /** Whether one may open what is planned; in a circle only those who lead it. */
  readonly mayOpen: boolean
}

/** Calls that are planned here, in the time of whoever looks, and the way into those that have begun. */
export function Planned({ calls, conversation, mayOpen }: PlannedProps) {
  const running = calls.running.value.find((each) => each.conversation === conversation)
  const planned = usePlanned(calls, conversation, running?.call)
  const { busy, problem, ask } = useAsking()
  if (planned === undefined) return null
  const rows = (some: readonly PlannedCall[]) => (
    <ul role="list" class={css.rows}>
      {some.map((each) => (
        <li key={each.session} class={css.part}>
          <Row
            planned={each}
            mayOpen={mayOpen}
            isTaken={running !== undefined}
            busy={busy}
            onGo={() => void ask(() => into(calls, each))}
          />
        </li>
      ))}
    </ul>
  )
  return (
    <Section title={say("planned.title")}>
      {planned === null && <p>{say("planned.unknown")}</p>}
      {planned?.length === 0 && <p>{say("planned.none")}</p>}
      {planned !== null && planned.length > 0 && (
        <>
          {rows(planned.slice(0, FIRST))}
          {planned.length > FIRST && (
            <details>
              <summary>{say("planned.later")}</summary>
              {rows(planned.slice(FIRST))}
            </details>
          )}
          <p class={css.faint}>{say("planned.zone", { zone: nameOfZone(ownZone()) })}</p>
        </>
      )}
      {problem && <p role="alert">{callProblem(problem)}</p>}
      <p>
        <a href={`#/c/${conversation}/session`}>{say("planned.appointments")}</a>
      </p>
    </Section>
  )
}

interface RowProps {
  readonly planned: PlannedCall
  readonly mayOpen: boolean
  /** Another call goes on there: one at a time. */
  readonly isTaken: boolean
  readonly busy: boolean
  readonly onGo: () => void
}

function Row({ planned, mayOpen, isTaken, busy, onGo }: RowProps) {
  const { kind, startsAt, opensAt, minutes, call, needsTalk } = planned
  const isTime = opensAt <= now.value
  const canGo = !needsTalk && (call !== undefined || (isTime && mayOpen && !isTaken))
  return (
    <>
      <p>
        <strong>
          <time dateTime={startsAt.toISOString()}>{whenOf(startsAt)}</time>
        </strong>
      </p>
      <p>
        {say("planned.what", { what: sayOr(`kind.${kind}`, "title"), minutes: say("minutes", { count: minutes }) })}
      </p>
      {needsTalk && <p>{say("planned.needs_talk")}</p>}
      {!needsTalk && call === undefined && !isTime && (
        <p class={css.faint}>{say("planned.opens", { when: whenOf(opensAt) })}</p>
      )}
      {!needsTalk && call === undefined && isTime && !mayOpen && <p>{say("planned.waits")}</p>}
      {canGo && (
        <p>
          <Button disabled={busy} onClick={onGo}>
            {say(call === undefined ? "planned.open" : "planned.join")}
          </Button>
        </p>
      )}
    </>
  )
}

const into = (calls: Calls, { call, conversation, media, session }: PlannedCall): Promise<Outcome> =>
  call === undefined ? calls.start(conversation, media, session) : calls.join(call)

/** Asked for anew when a call begins or ends there; null where nobody can say. */
function usePlanned(
  calls: Calls,
  conversation: string,
  running: string | undefined,
): readonly PlannedCall[] | null | undefined {
  const [planned, setPlanned] = useState<readonly PlannedCall[] | null>()
  useEffect(() => {
    let isWanted = true
    void calls.planned(conversation).then((found) => isWanted && setPlanned(found ?? null))
    return () => {
      isWanted = false
    }
  }, [calls, conversation, running])
  return planned
}
