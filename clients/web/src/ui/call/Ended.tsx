import type { Calls, EndReason, Room, Stage } from "../../state/call-models"
import type { Problem, Session } from "../../state/models"
import { isCalm } from "../crisis/calm"
import { Button } from "../parts/Button"
import { Screen } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { go } from "../router"
import { DidItHelp } from "./DidItHelp"
import css from "./Panel.module.css"
import { MadeHere } from "./Recording"
import { callProblem, isKey, say } from "./words"

export interface EndedProps {
  readonly session: Session
  readonly calls: Calls
  readonly room: Room
  readonly stage: Extract<Stage, { kind: "ended" }>
}

const TITLES: Partial<Record<EndReason, "ended.title.left" | "refused.removed" | "ended.title.replaced">> = {
  left: "ended.title.left",
  removed: "refused.removed",
  replaced: "ended.title.replaced",
}

/** After a call: why it is over, how long one was there, and where to go on. */
export function Ended({ session, calls, room, stage: { why, minutes, canComeBack } }: EndedProps) {
  const { busy, problem, ask } = useAsking()
  const planned = room.plannedMinutes.value
  const isCircle = room.circle !== undefined
  return (
    <Screen title={say(TITLES[why] ?? (isCircle ? "ended.title.circle" : "ended.title"))}>
      <p>{say(`ended.why.${why}`)}</p>
      {minutes > 0 && (
        <div class={css.sheet}>
          <p class={css.strong}>{say("ended.minutes", { count: minutes })}</p>
          {planned !== undefined && <p>{say("ended.planned", { count: planned })}</p>}
          <p class={css.faint}>{say("ended.kept")}</p>
        </div>
      )}
      <Minutes room={room} />
      <MadeHere room={room} />
      {room.helped?.isAsked.value === true && isCalm(session.crisis) && <DidItHelp helped={room.helped} />}
      {(isCircle || room.kind === "crisis") && why !== "replaced" && <p>{say("ended.after")}</p>}
      <div class={css.acts}>
        {canComeBack && (
          <Button disabled={busy} onClick={() => void ask(() => room.comeBack())}>
            {say(why === "replaced" ? "ended.here" : "ended.again")}
          </Button>
        )}
        <Button look="main" onClick={() => close(calls, room)}>
          {say("back_to_talk")}
        </Button>
      </div>
      {problem && <p role="alert">{callProblem(problem)}</p>}
    </Screen>
  )
}

/** Of the others, for those who may know: between two, and for who leads. */
function Minutes({ room }: { readonly room: Room }) {
  const others = room.attended.value.filter(({ isMe }) => !isMe)
  if (others.length === 0) return null
  return (
    <section class={css.part}>
      <h2>{say("ended.others")}</h2>
      <ul role="list" class={css.rows}>
        {others.map(({ handle, minutes }) => (
          <li key={handle} class={css.row}>
            <bdi class={css.grow}>{handle}</bdi>
            <span class={css.faint}>{say("minutes", { count: minutes })}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

export interface RefusedProps {
  readonly calls: Calls
  readonly room: Room
  readonly problem: Problem
}

/** Why nobody could come in, and what can be done instead. */
export function Refused({ calls, room, problem }: RefusedProps) {
  const { busy, problem: again, ask } = useAsking()
  const key = `refused.${problem.code}`
  return (
    <Screen title={say("refused.title")}>
      <p>{isKey(key) ? say(key) : callProblem(problem)}</p>
      <div class={css.acts}>
        {FOR_GOOD.has(problem.code) ? null : (
          <Button disabled={busy} onClick={() => void ask(() => room.comeBack())}>
            {say("refused.again")}
          </Button>
        )}
        <Button look="main" onClick={() => close(calls, room)}>
          {say("write")}
        </Button>
      </div>
      {again && <p role="alert">{callProblem(again)}</p>}
    </Screen>
  )
}

/** What no second try changes. */
const FOR_GOOD: ReadonlySet<string> = new Set([
  "not_a_member",
  "e2ee_unsupported",
  "e2ee_required",
  "screening_required",
  "removed",
])

function close(calls: Calls, room: Room): void {
  calls.dismiss()
  go(`#/c/${room.conversation}`)
}
