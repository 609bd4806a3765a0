import { useEffect, useId, useRef, useState } from "preact/hooks"
import type { StatusReason } from "../../protocol/events"
import type { OwnCredential } from "../../state/credential-models"
import { type Standing, standingOf } from "../../state/credential-rules"
import type { Standings, StandingStep } from "../../state/standing-models"
import { now } from "../clock"
import { Button } from "../parts/Button"
import { Facts } from "../parts/Facts"
import { useAsking } from "../parts/useAsking"
import { usePlace } from "../parts/usePlace"
import { say as sayHere } from "../words"
import css from "./Credentials.module.css"
import { dayOfMoment } from "./said"
import { credentialProblem, nameOf, say } from "./words"

/** What can be done, by how a credential stands; what has ended or is taken back stays so. */
const STEPS: Readonly<Record<Standing, readonly StandingStep[]>> = {
  active: ["suspend", "revoke"],
  expiring: ["suspend", "revoke"],
  suspended: ["reinstate", "revoke"],
  lapsed: [],
  revoked: [],
}
const REASONS = ["review", "conduct", "licence", "own_wish", "error"] as const satisfies readonly StatusReason[]

export interface HeldCardProps {
  readonly standings: Standings
  readonly shown: OwnCredential
}

/** A credential of somebody else, and what those who review can do about it. */
export function HeldCard({ standings, shown }: HeldCardProps) {
  const [step, setStep] = useState<StandingStep>()
  const { type, issuedAt, validUntil, reason } = shown
  const standing = standingOf(shown, now.value)
  const place = usePlace(`${standing} ${step ?? ""}`)
  const name = nameOf(`type.${type}`, type)
  return (
    <div ref={place} tabIndex={-1} class={css.rows}>
      <div class={css.line}>
        <h3 class={css.grow}>{name}</h3>
        <span class={css.state} data-standing={standing}>
          {say(`standing.${standing}`)}
        </span>
      </div>
      <Facts
        facts={[
          [say("fact.issued"), dayOfMoment(issuedAt)],
          [say("fact.until"), dayOfMoment(validUntil)],
          [say("held.why"), reason === undefined ? undefined : nameOf(`because.${reason}`, reason)],
        ]}
      />
      {STEPS[standing].length > 0 && (
        <p class={css.line}>
          {STEPS[standing].map((each) => (
            <Button
              key={each}
              expanded={step === each}
              label={say(`held.${each}.of`, { name })}
              onClick={() => setStep(step === each ? undefined : each)}
            >
              {say(`held.${each}`)}
            </Button>
          ))}
        </p>
      )}
      {step !== undefined && STEPS[standing].includes(step) && (
        <StepForm key={step} standings={standings} shown={shown} step={step} onClose={() => setStep(undefined)} />
      )}
    </div>
  )
}

interface StepFormProps extends HeldCardProps {
  readonly step: StandingStep
  readonly onClose: () => void
}

/** What it means, and why it is done. */
function StepForm({ standings, shown, step, onClose }: StepFormProps) {
  const [reason, setReason] = useState<StatusReason | "">("")
  const { busy, problem, ask } = useAsking()
  const form = useRef<HTMLFormElement>(null)
  const id = useId()
  useEffect(() => form.current?.querySelector("select")?.focus(), [])
  const change = async () => {
    if (reason === "") return
    const { done } = await ask(() => standings.change(shown.credential, step, reason))
    if (done) onClose()
  }
  return (
    <form
      ref={form}
      class={css.form}
      aria-label={say(`held.${step}.title`)}
      onSubmit={(event) => {
        event.preventDefault()
        void change()
      }}
    >
      <p>{say(`held.${step}.text`)}</p>
      <div class={css.choose}>
        <label for={id}>{say("held.because")}</label>
        <select
          id={id}
          value={reason}
          onChange={({ currentTarget: { value } }) => setReason(REASONS.find((each) => each === value) ?? "")}
        >
          <option value="" disabled>
            {say("note.choose")}
          </option>
          {REASONS.map((each) => (
            <option key={each} value={each}>
              {say(`because.${each}`)}
            </option>
          ))}
        </select>
      </div>
      <p class={css.line}>
        <Button type="submit" look={step === "reinstate" ? "plain" : "careful"} disabled={busy || reason === ""}>
          {busy ? sayHere("busy") : say(`held.${step}.do`)}
        </Button>
        <Button look="quiet" onClick={onClose}>
          {sayHere("cancel")}
        </Button>
      </p>
      {problem && <p role="alert">{credentialProblem(problem)}</p>}
    </form>
  )
}
