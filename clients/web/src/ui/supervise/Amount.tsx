import { useId, useState } from "preact/hooks"
import { EMPTY } from "../../state/supervise-models"
import { words } from "../words"
import css from "./Supervise.module.css"
import { say } from "./words"

const UNITS = { second: 1, minute: 60, hour: 3_600, day: 86_400 } as const
type Unit = keyof typeof UNITS
const NAMES = ["day", "hour", "minute", "second"] as const satisfies readonly Unit[]

export interface AmountProps {
  readonly label: string
  /** Seconds of a time; `EMPTY` while there is no number. */
  readonly value: number
  readonly onChange: (value: number) => void
}

/** A whole number. */
export function Count({ label, value, onChange, sign }: AmountProps & { readonly sign?: string }) {
  const id = useId()
  return (
    <div class={css.amount}>
      <label for={id}>{label}</label>
      <span class={css.pair}>
        <Digits id={id} value={value} onChange={onChange} />
        {sign !== undefined && <span aria-hidden="true">{sign}</span>}
      </span>
    </div>
  )
}

export function Percent(props: AmountProps) {
  return <Count {...props} sign="%" />
}

/** A time as somebody thinks of it: a number and its unit. */
export function Span({ label, value, onChange }: AmountProps) {
  const id = useId()
  const [unit, setUnit] = useState<Unit>(() => largest(value))
  return (
    <div class={css.amount}>
      <label for={id}>{label}</label>
      <span class={css.pair}>
        <Digits id={id} value={value / UNITS[unit]} onChange={(count) => onChange(count * UNITS[unit])} />
        <select
          class={css.input}
          aria-label={say("unit.of", { field: label })}
          value={unit}
          onChange={(event) => {
            const next = event.currentTarget.value as Unit
            setUnit(next)
            onChange((value / UNITS[unit]) * UNITS[next])
          }}
        >
          {NAMES.map((each) => (
            <option key={each} value={each}>
              {unitName(each)}
            </option>
          ))}
        </select>
      </span>
    </div>
  )
}

interface DigitsProps {
  readonly id: string
  readonly value: number
  readonly onChange: (value: number) => void
}

/** What is typed stands as it is, and counts as nothing until it is a number. */
function Digits({ id, value, onChange }: DigitsProps) {
  const [typed, setTyped] = useState(() => (Number.isNaN(value) ? "" : String(value)))
  const isNumber = /^\d{1,7}$/.test(typed)
  return (
    <input
      class={css.input}
      id={id}
      type="text"
      inputMode="numeric"
      autocomplete="off"
      maxLength={7}
      size={5}
      value={typed}
      aria-invalid={!isNumber}
      onInput={(event) => {
        const text = event.currentTarget.value.trim()
        setTyped(text)
        onChange(/^\d{1,7}$/.test(text) ? Number(text) : EMPTY)
      }}
    />
  )
}

/** In which a time is a whole number. */
function largest(seconds: number): Unit {
  return NAMES.find((unit) => seconds > 0 && seconds % UNITS[unit] === 0) ?? "second"
}

/** "seconds", as the browser's language says it beside a number. */
function unitName(unit: Unit): string {
  const parts = new Intl.NumberFormat(words().language, { style: "unit", unit, unitDisplay: "long" }).formatToParts(5)
  return parts.find(({ type }) => type === "unit")?.value.trim() ?? unit
}
