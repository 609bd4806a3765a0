import { useEffect, useState } from "preact/hooks"
import type { QuietHours, Settings } from "../../state/models"
import { Switch } from "../parts/Choice"
import { Field } from "../parts/Field"
import { problemText } from "../parts/problems"
import { useAsking } from "../parts/useAsking"
import { say } from "../words"
import css from "./Settings.module.css"

/** What is proposed to somebody who has none. */
const [NIGHT_FROM, NIGHT_TO] = [22 * 60, 7 * 60]

/** From when to when nobody of the account is woken. */
export function Quiet({ settings }: { readonly settings: Settings }) {
  const { busy, problem, ask } = useAsking()
  const hours = settings.quiet.value
  useEffect(() => void ask(() => settings.lookAtQuiet()), [])
  const set = (wanted: QuietHours | null) => void ask(() => settings.setQuiet(wanted))
  return (
    <>
      <Switch
        label={say("quiet.on")}
        hint={say("quiet.hint")}
        on={Boolean(hours)}
        disabled={busy || hours === undefined}
        onChange={(on) => set(on ? { zone: ownZone(), from: NIGHT_FROM, to: NIGHT_TO } : null)}
      />
      {hours && <Times key={`${hours.zone} ${hours.from} ${hours.to}`} hours={hours} set={set} />}
      {problem && <p role="alert">{problemText(problem)}</p>}
    </>
  )
}

function Times({ hours, set }: { readonly hours: QuietHours; readonly set: (hours: QuietHours) => void }) {
  const [from, setFrom] = useState(clockOf(hours.from))
  const [to, setTo] = useState(clockOf(hours.to))
  const leave = () => {
    const wanted = { zone: ownZone(), from: minuteOf(from), to: minuteOf(to) }
    const isOther = wanted.from !== hours.from || wanted.to !== hours.to
    if (isOther && from !== "" && to !== "" && from !== to) set(wanted)
  }
  return (
    <div>
      <div class={css.times}>
        <Field type="time" label={say("quiet.from")} value={from} onInput={setFrom} onLeave={leave} />
        <Field
          type="time"
          label={say("quiet.to")}
          value={to}
          onInput={setTo}
          onLeave={leave}
          problem={from === to ? say("quiet.same") : undefined}
        />
      </div>
      <p class={css.zone}>{say("quiet.zone", { zone: hours.zone.replaceAll("_", " ") })}</p>
    </div>
  )
}

/** Where this browser says that it is. */
function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** As `<input type="time">` has it: 24 hours, whatever it shows. */
function clockOf(minute: number): string {
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`
}

function minuteOf(clock: string): number {
  const [hour = "0", minute = "0"] = clock.split(":")
  return Number(hour) * 60 + Number(minute)
}

function two(number: number): string {
  return String(number).padStart(2, "0")
}
