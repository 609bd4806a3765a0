import { useEffect, useId, useRef, useState } from "preact/hooks"
import type { Need } from "../../state/application-models"
import type { Verdict } from "../../state/review-models"
import type { Outcome } from "../../state/models"
import { now } from "../clock"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { Field } from "../parts/Field"
import { useAsking } from "../parts/useAsking"
import { say as sayHere } from "../words"
import css from "./Credentials.module.css"
import { credentialProblem, say } from "./words"

const SOURCES = ["issuer", "register", "referee", "applicant", "platform"] as const
const METHODS = ["document", "register", "call", "interview", "training", "statement"] as const

export interface VerdictFormProps {
  readonly need: Need
  /** Of the point. */
  readonly name: string
  readonly keep: (verdict: Verdict) => Promise<Outcome>
  readonly onClose: () => void
}

/** Whether a point is met, who says so, how it was looked at, and how long that is good for. */
export function VerdictForm({ need, name, keep, onClose }: VerdictFormProps) {
  const before = need.finding
  const [met, setMet] = useState<"met" | "not_met" | "waived" | "">(
    before === undefined ? "" : before.met ? "met" : "not_met",
  )
  const [source, setSource] = useState<string>(before?.source ?? "")
  const [method, setMethod] = useState<string>(before?.method ?? "")
  const [on, setOn] = useState(before?.on ?? now.value.toISOString().slice(0, 10))
  const [until, setUntil] = useState(before?.until ?? "")
  const [since, setSince] = useState(before?.since ?? need.since ?? "")
  const { busy, problem, ask } = useAsking()
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => form.current?.querySelector("input")?.focus(), [])
  const store = async () => {
    const verdict = {
      ...{ met: met !== "not_met", waived: met === "waived", source, method, on },
      until: until === "" ? undefined : until,
      since: since === "" ? undefined : since,
    }
    const { done } = await ask(() => keep(verdict))
    if (done) onClose()
  }
  return (
    <form
      ref={form}
      class={css.form}
      aria-label={say("note.do.of", { name })}
      onSubmit={(event) => {
        event.preventDefault()
        void store()
      }}
    >
      <Choice
        label={say("note.met")}
        value={met}
        options={[
          ["met", say("state.met")],
          ["not_met", say("state.not_met")],
          ...(need.optional ? ([["waived", say("note.waived")]] as const) : []),
        ]}
        onChange={setMet}
      />
      <Pick
        label={say("found.source")}
        value={source}
        options={SOURCES.map((each) => [each, say(`source.${each}`)])}
        onChange={setSource}
      />
      <Pick
        label={say("found.method")}
        value={method}
        options={METHODS.map((each) => [each, say(`method.${each}`)])}
        onChange={setMethod}
      />
      <Field label={say("found.on")} type="date" value={on} onInput={setOn} required />
      <Field label={say("found.until")} hint={say("note.until.hint")} type="date" value={until} onInput={setUntil} />
      {need.way === "statement" && (
        <Field label={say("found.since")} type="date" value={since} onInput={setSince} required={met === "met"} />
      )}
      <p class={css.line}>
        <Button type="submit" disabled={busy || [met, source, method].includes("")}>
          {busy ? sayHere("busy") : say("note.keep")}
        </Button>
        <Button look="quiet" onClick={onClose}>
          {sayHere("cancel")}
        </Button>
      </p>
      {problem && <p role="alert">{credentialProblem(problem)}</p>}
    </form>
  )
}

interface PickProps {
  readonly label: string
  readonly value: string
  readonly options: readonly (readonly [string, string])[]
  readonly onChange: (value: string) => void
}

function Pick({ label, value, options, onChange }: PickProps) {
  const id = useId()
  return (
    <div class={css.choose}>
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {value === "" && (
          <option value="" disabled>
            {say("note.choose")}
          </option>
        )}
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </div>
  )
}
