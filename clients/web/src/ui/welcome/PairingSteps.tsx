import { useState } from "preact/hooks"
import type { Pairing, PairingStep } from "../../state/models"
import { Button } from "../parts/Button"
import { Field } from "../parts/Field"
import { problemText } from "../parts/problems"
import { Qr } from "../parts/Qr"
import { say } from "../words"
import css from "./WelcomeScreen.module.css"

export interface PairingStepsProps {
  readonly pairing: Pairing
  readonly onEnd: () => void
}

/** Two devices get to know each other; both show the same steps. */
export function PairingSteps({ pairing, onEnd }: PairingStepsProps) {
  const step = pairing.step.value
  return (
    <div class={css.form}>
      <Step step={step} />
      <div class={css.actions}>
        {step.kind === "compare" && (
          <>
            <Button look="main" onClick={() => step.confirm(true)}>
              {say("pair.same")}
            </Button>
            <Button onClick={() => step.confirm(false)}>{say("pair.different")}</Button>
          </>
        )}
        <Button look={step.kind === "done" ? "main" : "quiet"} onClick={onEnd}>
          {say(step.kind === "done" ? "close" : step.kind === "failed" ? "back" : "cancel")}
        </Button>
      </div>
    </div>
  )
}

function Step({ step }: { readonly step: PairingStep }) {
  switch (step.kind) {
    case "preparing":
      return <p role="status">{say("busy")}</p>
    case "offered":
      return (
        <>
          <p>{say("pair.show")}</p>
          <Qr content={step.payload} label={say("pair.qr")} />
          <p>{say("pair.type")}</p>
          <p class={css.code} dir="ltr">
            {step.payload}
          </p>
        </>
      )
    case "compare":
      return (
        <>
          <p>{say("pair.compare")}</p>
          <p class={css.digits} dir="ltr">
            {step.digits}
          </p>
          <p>{say("pair.compare.ask")}</p>
        </>
      )
    case "type":
      return <TypeDigits enter={step.enter} />
    case "done":
      return <p role="status">{say("pair.done")}</p>
    case "failed":
      return <p role="alert">{problemText(step.problem)}</p>
  }
}

const DIGITS = 6

/** On the device that lets the other in: whoever has both in front of them can read them. */
function TypeDigits({ enter }: { readonly enter: (digits: string) => void }) {
  const [typed, setTyped] = useState("")
  const digits = typed.replace(/\D/g, "")
  return (
    <form
      class={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (digits.length === DIGITS) enter(digits)
      }}
    >
      <Field
        label={say("pair.digits")}
        hint={say("pair.digits.hint")}
        value={typed}
        onInput={setTyped}
        literal
        autocomplete="off"
        inputMode="numeric"
      />
      <div class={css.actions}>
        <Button look="main" type="submit" disabled={digits.length !== DIGITS}>
          {say("pair.digits.do")}
        </Button>
      </div>
    </form>
  )
}
