import { useLayoutEffect, useRef, useState } from "preact/hooks"
import type { CallMedia, Calls } from "../../state/call-models"
import { now } from "../clock"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { Field } from "../parts/Field"
import { useAsking } from "../parts/useAsking"
import { wallOf } from "../session/moments"
import { say as sayHere } from "../words"
import css from "./Panel.module.css"
import { startOf } from "./plan-start"
import { callProblem, say } from "./words"

/** How long such a call can be planned, in minutes. */
const LENGTHS = [10, 25, 50, 90]

export interface PlanCallProps {
  readonly calls: Calls
  readonly conversation: string
  readonly onClose: () => void
}

/** When, how long and with what two people mean to call; now, where nobody chooses. */
export function PlanCall({ calls, conversation, onClose }: PlanCallProps) {
  const [first] = useState(() => wallOf(now.value))
  const [day, setDay] = useState(first.day)
  const [time, setTime] = useState(first.time)
  const [minutes, setMinutes] = useState(50)
  const [media, setMedia] = useState<CallMedia>("audio")
  const [fault, setFault] = useState<Extract<ReturnType<typeof startOf>, string>>()
  const { busy, problem, ask } = useAsking()
  const form = useRef<HTMLFormElement>(null)
  useLayoutEffect(() => form.current?.querySelector("input")?.focus(), [])
  const save = async () => {
    const startsAt = startOf({ day, time }, now.value)
    setFault(typeof startsAt === "string" ? startsAt : undefined)
    if (typeof startsAt === "string") return
    const { done } = await ask(() => calls.plan(conversation, { startsAt, minutes, media }))
    if (done) onClose()
  }
  return (
    <form
      ref={form}
      class={css.sheet}
      aria-label={say("plan.do")}
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <Field type="date" label={sayHere("session.day")} value={day} onInput={setDay} />
      <Field
        type="time"
        label={sayHere("session.time")}
        value={time}
        onInput={setTime}
        problem={fault && (fault === "far" ? say("plan.fault.far") : sayHere(`session.fault.${fault}`))}
      />
      <Choice
        label={sayHere("session.length")}
        value={String(minutes)}
        options={LENGTHS.map((each) => [String(each), say("minutes", { count: each })] as const)}
        onChange={(value) => setMinutes(Number(value))}
      />
      <Choice
        label={say("plan.media")}
        value={media}
        options={[
          ["audio", say("step.audio")],
          ["video", say("step.video")],
        ]}
        onChange={setMedia}
      />
      <p class={css.faint}>{say("plan.known")}</p>
      {problem && <p role="alert">{callProblem(problem)}</p>}
      <div class={css.acts}>
        <Button type="submit" disabled={busy}>
          {busy ? sayHere("busy") : say("plan.save")}
        </Button>
        <Button onClick={onClose}>{sayHere("cancel")}</Button>
      </div>
    </form>
  )
}
