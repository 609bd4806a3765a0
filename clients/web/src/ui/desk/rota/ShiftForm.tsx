import { useId, useState } from "preact/hooks"
import {
  type Gap,
  overlapping,
  type Planning,
  type Rota,
  type RotaMember,
  type ShiftView,
  suited,
} from "../../../state/rota-models"
import { Button } from "../../parts/Button"
import { Dialog } from "../../parts/Dialog"
import { Field } from "../../parts/Field"
import { useAsking } from "../../parts/useAsking"
import { wallOf } from "../../session/moments"
import { namesOf, words } from "../../words"
import deskCss from "../Desk.module.css"
import { languageWord } from "../GapList"
import { deskProblem, say } from "../words"
import { Days } from "./Days"
import { dayWord, lengthWord } from "./Shifts"
import { type Fault, type Hours, momentsOf, presetOf } from "./moments"
import css from "./Rota.module.css"

export interface ShiftFormProps {
  readonly planning: Planning
  readonly rota: Rota
  /** The one that is changed; undefined for new ones. */
  readonly shift?: ShiftView
  /** What a new one is to fill. */
  readonly gap?: Gap | undefined
  readonly onClose: () => void
}

/** Who, on which days, from when until when. Nothing is planned before it is saved. */
export function ShiftForm({ planning, rota, shift, gap, onClose }: ShiftFormProps) {
  const [begun] = useState(() => presetOf(shift, gap, planning.week.peek(), rota.now))
  const [account, setAccount] = useState(() => {
    const found = gap && suited(rota.members, rota.shifts, gap)
    return shift?.account ?? (found ?? rota.members[0])?.account ?? ""
  })
  const [days, setDays] = useState(begun.days)
  const [hours, setHours] = useState<Hours>(begun.hours)
  const [fault, setFault] = useState<Fault>()
  const { busy, problem, ask } = useAsking()
  const spans = momentsOf(days, hours, shift, rota.now)
  const save = async () => {
    setFault(typeof spans === "string" ? spans : undefined)
    if (typeof spans === "string" || account === "") return
    const wanted = spans.map((each) => ({ account, ...each }))
    const [only] = wanted
    const { done } = await ask(() =>
      shift === undefined || only === undefined ? planning.add(wanted) : planning.change(shift, only),
    )
    if (done) onClose()
  }
  const remove = async (removed: ShiftView) => {
    const { done } = await ask(() => planning.remove(removed))
    if (done) onClose()
  }
  return (
    <Dialog
      title={say(shift === undefined ? "rota.add" : "rota.change.title")}
      onClose={onClose}
      actions={
        <>
          {shift !== undefined && (
            <Button look="careful" disabled={busy} onClick={() => void remove(shift)}>
              {say("rota.remove")}
            </Button>
          )}
          <Button onClick={onClose}>{say("rota.stop")}</Button>
          <Button look="main" disabled={busy} onClick={() => void save()}>
            {say(shift === undefined ? "rota.plan" : "rota.save")}
          </Button>
        </>
      }
    >
      {rota.members.length === 0 ? (
        <p>{say("rota.nobody")}</p>
      ) : (
        <Who members={rota.members} shift={shift} account={account} onChange={setAccount} />
      )}
      {shift === undefined ? (
        <Days week={planning.week.value} chosen={days} onChange={setDays} />
      ) : (
        <Field type="date" label={say("rota.day")} value={days[0] ?? ""} onInput={(day) => setDays([day])} />
      )}
      <div class={css.hours}>
        <Field
          type="time"
          label={say("rota.from")}
          value={hours.from}
          onInput={(from) => setHours({ ...hours, from })}
        />
        <Field
          type="time"
          label={say("rota.until")}
          value={hours.until}
          onInput={(until) => setHours({ ...hours, until })}
        />
      </div>
      <Notes spans={spans} rota={rota} account={account} shift={shift} hours={hours} />
      <p role="alert">{fault && say(`rota.fault.${fault}`)}</p>
      {problem && <p role="alert">{deskProblem(problem)}</p>}
    </Dialog>
  )
}

interface WhoProps {
  readonly members: readonly RotaMember[]
  readonly shift: ShiftView | undefined
  readonly account: string
  readonly onChange: (account: string) => void
}

function Who({ members, shift, account, onChange }: WhoProps) {
  const id = useId()
  const isGone = shift !== undefined && !members.some((each) => each.account === shift.account)
  return (
    <div class={css.who}>
      <label for={id}>{say("rota.who")}</label>
      <select id={id} value={account} onChange={(event) => onChange(event.currentTarget.value)}>
        {isGone && <option value={shift.account}>{shift.handle}</option>}
        {members.map((each) => (
          <option key={each.account} value={each.account}>
            {memberWords(each)}
          </option>
        ))}
      </select>
    </div>
  )
}

/** Whoever has named no language may be asked in any. */
function memberWords({ handle, languages, takes_urgent: isUrgent }: RotaMember): string {
  const spoken = languages.length === 0 ? say("rota.any_language") : words().list(languages.map(languageWord))
  return say(isUrgent ? "rota.member.urgent" : "rota.member", { name: handle, languages: spoken })
}

interface NotesProps {
  readonly spans: ReturnType<typeof momentsOf>
  readonly rota: Rota
  readonly account: string
  readonly shift: ShiftView | undefined
  readonly hours: Hours
}

/** How long that is by the clock, and what stands there already. */
function Notes({ spans, rota, account, shift, hours }: NotesProps) {
  if (typeof spans === "string") return null
  const lengths = [...new Set(spans.map((each) => each.ends_at - each.starts_at))].sort((one, other) => one - other)
  const isNextDay = spans.some(
    ({ ends_at: ends, starts_at: starts }) => wallOf(new Date(ends)).day !== wallOf(new Date(starts)).day,
  )
  const doubled = spans.filter((each) => overlapping(rota.shifts, { account, ...each }, shift?.shift).length > 0)
  return (
    <div class={deskCss.faint} role="status">
      <p>
        {lengths.map(lengthWord).join(" / ")}
        {isNextDay && ` · ${say("rota.next_day", { time: hours.until })}`}
        {lengths.length > 1 && ` · ${say("rota.clock_moved")}`}
      </p>
      {doubled.length > 0 && (
        <p>{say("rota.doubled", { days: namesOf(doubled.map((each) => dayWord(each.starts_at))) })}</p>
      )}
    </div>
  )
}
