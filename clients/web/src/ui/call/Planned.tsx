import { useEffect, useState } from "preact/hooks"
import type { Calls, PlannedCall } from "../../state/call-models"
import type { Outcome } from "../../state/models"
import { now } from "../clock"
import { Button } from "../parts/Button"
import { Confirm } from "../parts/Confirm"
import { Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { usePlace } from "../parts/usePlace"
import { nameOfZone, ownZone } from "../session/moments"
import { whenOf } from "../times"
import css from "./Panel.module.css"
import { PlanCall } from "./PlanCall"
import { callProblem, say, sayOr } from "./words"

/** So many are shown at once. */
const FIRST = 3

export interface PlannedProps {
  readonly calls: Calls
  readonly conversation: string
  /** Whether one may open what is planned, and call it off; in a circle only those who lead it. */
  readonly mayOpen: boolean
  /** Between two; a circle has rooms of its own. */
  readonly mayPlan: boolean
}

/** Calls that are planned here, in the time of whoever looks, and the way into those that have begun. */
export function Planned({ calls, conversation, mayOpen, mayPlan }: PlannedProps) {
  const running = calls.running.value.find((each) => each.conversation === conversation)
  const planned = usePlanned(calls, conversation, running?.call)
  const [isPlanning, setPlanning] = useState(false)
  const [leaving, setLeaving] = useState<PlannedCall>()
  const { busy, problem, ask } = useAsking()
  const place = usePlace(
    planned === undefined ? undefined : [isPlanning, leaving?.session, planned?.length ?? "unknown"].join(" "),
  )
  if (planned === undefined) return null
  return (
    <Section title={say("planned.title")}>
      <div ref={place} tabIndex={-1} class={css.part}>
        {planned === null && <p>{say("planned.unknown")}</p>}
        {planned?.length === 0 && <p>{say("planned.none")}</p>}
        {planned !== null && planned.length > 0 && (
          <List
            planned={planned}
            mayOpen={mayOpen}
            isTaken={running !== undefined}
            busy={busy}
            onGo={(each) => void ask(() => into(calls, each))}
            onCallOff={setLeaving}
          />
        )}
        {problem && <p role="alert">{callProblem(problem)}</p>}
        {mayPlan && (
          <p>
            <Button expanded={isPlanning} onClick={() => setPlanning(!isPlanning)}>
              {say("plan.do")}
            </Button>
          </p>
        )}
        {mayPlan && isPlanning && (
          <PlanCall calls={calls} conversation={conversation} onClose={() => setPlanning(false)} />
        )}
      </div>
      <p>
        <a href={`#/c/${conversation}/session`}>{say("planned.appointments")}</a>
      </p>
      {leaving !== undefined && <CallOff calls={calls} planned={leaving} onClose={() => setLeaving(undefined)} />}
    </Section>
  )
}

interface ListProps extends Omit<RowProps, "planned"> {
  readonly planned: readonly PlannedCall[]
}

/** The first of them; later ones wait folded. */
function List({ planned, ...rest }: ListProps) {
  const rows = (some: readonly PlannedCall[]) => (
    <ul role="list" class={css.rows}>
      {some.map((each) => (
        <li key={each.session} class={css.part}>
          <Row planned={each} {...rest} />
        </li>
      ))}
    </ul>
  )
  return (
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
  )
}

interface RowProps {
  readonly planned: PlannedCall
  readonly mayOpen: boolean
  /** Another call goes on there: one at a time. */
  readonly isTaken: boolean
  readonly busy: boolean
  readonly onGo: (planned: PlannedCall) => void
  readonly onCallOff: (planned: PlannedCall) => void
}

function Row({ planned, mayOpen, isTaken, busy, onGo, onCallOff }: RowProps) {
  const { kind, startsAt, opensAt, minutes, call, needsTalk } = planned
  const isTime = opensAt <= now.value
  const canGo = !needsTalk && (call !== undefined || (isTime && mayOpen && !isTaken))
  const canCallOff = mayOpen && call === undefined
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
      {(canGo || canCallOff) && (
        <p class={css.acts}>
          {canGo && (
            <Button disabled={busy} onClick={() => onGo(planned)}>
              {say(call === undefined ? "planned.open" : "planned.join")}
            </Button>
          )}
          {canCallOff && (
            <Button
              look="quiet"
              label={say("planned.cancel.of", { when: whenOf(startsAt) })}
              onClick={() => onCallOff(planned)}
            >
              {say("planned.cancel")}
            </Button>
          )}
        </p>
      )}
    </>
  )
}

interface CallOffProps {
  readonly calls: Calls
  readonly planned: PlannedCall
  readonly onClose: () => void
}

function CallOff({ calls, planned: { session, startsAt, minutes }, onClose }: CallOffProps) {
  return (
    <Confirm
      title={say("planned.cancel.ask")}
      label={say("planned.cancel")}
      look="careful"
      run={() => calls.callOff(session)}
      problemText={callProblem}
      onClose={onClose}
    >
      <p>{say("planned.cancel.text", { when: whenOf(startsAt), minutes: say("minutes", { count: minutes }) })}</p>
    </Confirm>
  )
}

const into = (calls: Calls, { call, conversation, media, session }: PlannedCall): Promise<Outcome> =>
  call === undefined ? calls.start(conversation, media, session) : calls.join(call)

/** Asked for anew when a call begins or ends there, and when it may have changed; null where nobody can say. */
function usePlanned(
  calls: Calls,
  conversation: string,
  running: string | undefined,
): readonly PlannedCall[] | null | undefined {
  const [planned, setPlanned] = useState<readonly PlannedCall[] | null>()
  const changes = calls.planChanges.value
  useEffect(() => {
    let isWanted = true
    void calls.planned(conversation).then((found) => isWanted && setPlanned(found ?? null))
    return () => {
      isWanted = false
    }
  }, [calls, conversation, running, changes])
  return planned
}
