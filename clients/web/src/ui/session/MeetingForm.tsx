import { useLayoutEffect, useRef, useState } from "preact/hooks"
import type { Meeting } from "../../state/models"
import { now } from "../clock"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { Field } from "../parts/Field"
import { problemText } from "../parts/problems"
import { useAsking } from "../parts/useAsking"
import { say } from "../words"
import { Agenda, MOST_ITEMS } from "./Agenda"
import { Meanwhile } from "./Meanwhile"
import { saidOf } from "./said"
import { type Fault, momentOf, ownZone, proposed, wallOf } from "./moments"
import css from "./Session.module.css"
import type { PartProps } from "./editing"

/** How long a session is, in minutes. */
const LENGTHS = [50, 90]

export interface MeetingFormProps extends PartProps {
  /** The one that is changed; undefined for a new one. */
  readonly meeting: Meeting | undefined
}

/** When, how long, and what about. Nothing is sent before it is saved. */
export function MeetingForm({ conversation, edit, meeting }: MeetingFormProps) {
  const [begun] = useState(meeting)
  const [first] = useState(() => (begun ? wallOf(begun.startsAt) : proposed(now.value)))
  const [day, setDay] = useState(first.day)
  const [time, setTime] = useState(first.time)
  const [minutes, setMinutes] = useState(begun?.minutes ?? 50)
  const [items, setItems] = useState(begun?.items ?? [])
  const [typed, setTyped] = useState("")
  const [fault, setFault] = useState<Fault>()
  const { busy, problem, ask } = useAsking()
  const form = useRef<HTMLFormElement>(null)
  useLayoutEffect(() => form.current?.querySelector("input")?.focus(), [])

  /** What was planned before, if neither day nor time is another one. */
  const same = day === first.day && time === first.time ? begun : undefined
  const startsAt = (): Date | Fault => {
    const at = same?.startsAt ?? momentOf({ day, time })
    if (typeof at === "string") return at
    return at.getTime() > now.value.getTime() || same?.cancelled === false ? at : "past"
  }
  const save = async () => {
    const at = startsAt()
    setFault(typeof at === "string" ? at : undefined)
    if (typeof at === "string") return
    const zone = same?.zone ?? ownZone()
    const all = typed.trim() === "" ? items : [...items, typed.trim()].slice(0, MOST_ITEMS)
    const change = {
      kind: "meeting",
      id: begun?.id,
      startsAt: at,
      minutes,
      zone,
      items: all,
      cancelled: false,
    } as const
    const { done } = await ask(() => conversation.plan(change, saidOf(change, false)))
    if (done) edit(undefined)
  }
  const lengths = LENGTHS.includes(minutes) ? LENGTHS : [minutes, ...LENGTHS]
  return (
    <form
      ref={form}
      class={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        const adds = event.submitter?.closest("[data-agenda]") && typed.trim() !== "" && items.length < MOST_ITEMS
        if (!adds) return void save()
        setItems([...items, typed.trim()])
        setTyped("")
      }}
    >
      <Field type="date" label={say("session.day")} value={day} onInput={setDay} />
      <Field
        type="time"
        label={say("session.time")}
        value={time}
        onInput={setTime}
        problem={fault && say(`session.fault.${fault}`)}
      />
      <Choice
        label={say("session.length")}
        value={String(minutes)}
        options={lengths.map((each) => [String(each), say("session.minutes", { count: each })] as const)}
        onChange={(value) => setMinutes(Number(value))}
      />
      <Agenda items={items} onChange={setItems} typed={typed} onType={setTyped} />
      <Meanwhile begun={begun} current={meeting} />
      {problem && <p role="alert">{problemText(problem)}</p>}
      <div class={css.actions}>
        <Button type="submit" look="main" disabled={busy}>
          {say(busy ? "busy" : "session.save")}
        </Button>
        <Button onClick={() => edit(undefined)}>{say("session.stop")}</Button>
      </div>
    </form>
  )
}
