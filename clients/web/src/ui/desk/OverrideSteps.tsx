import { useState } from "preact/hooks"
import type { Desk } from "../../state/desk-models"
import type { OverrideView } from "../../state/override-models"
import type { Outcome } from "../../state/models"
import { Button } from "../parts/Button"
import { Field } from "../parts/Field"
import { useAsking } from "../parts/useAsking"
import deskCss from "./Desk.module.css"
import css from "./Override.module.css"
import { type OverrideKey, overrideProblem, say } from "./override-words"
import { ReleasedPlace } from "./ReleasedPlace"

export interface OverrideProps {
  readonly desk: Desk
  readonly shown: OverrideView
}

/** What this account can do now; whatever it may not, the server refuses as well. */
export function OverrideSteps({ desk, shown }: OverrideProps) {
  const { overrides } = desk
  const isMine = shown.opened_by === overrides.account
  const isSupervisor = desk.view.value?.is_supervisor === true
  switch (shown.status) {
    case "opened":
      if (isMine) return <Mine desk={desk} shown={shown} />
      return isSupervisor ? (
        <Step hint="cosign.hint" label="cosign.do" look="careful" run={() => overrides.cosign(shown.override)} />
      ) : null
    case "released":
      return (
        <>
          {isMine && shown.has_location && <ReleasedPlace overrides={overrides} override={shown.override} />}
          <Step hint="confirm.hint" label="confirm.do" look="main" run={() => overrides.confirm(shown.override)} />
        </>
      )
    case "confirmed":
      if (!isSupervisor || hasActed(shown, overrides.account)) {
        return <p class={deskCss.faint}>{say("review.others")}</p>
      }
      return <Step hint="review.hint" label="review.do" look="main" run={() => overrides.review(shown.override)} />
  }
}

const hasActed = ({ opened_by, cosigned_by }: OverrideView, account: string): boolean =>
  opened_by === account || cosigned_by === account

/** Who opened it waits, takes it back, or goes on alone once nobody has answered. */
function Mine({ desk, shown }: OverrideProps) {
  const { overrides } = desk
  const mayActAlone = shown.alone_from <= desk.now.value
  return (
    <>
      {mayActAlone && <Alone run={(reason) => overrides.alone(shown.override, reason)} />}
      <Step
        hint={mayActAlone ? undefined : "wait.hint"}
        label="withdraw.do"
        look="plain"
        run={() => overrides.withdraw(shown.override)}
      />
    </>
  )
}

function Alone({ run }: { readonly run: (reason: string) => Promise<Outcome> }) {
  const [reason, setReason] = useState("")
  const { busy, problem, ask } = useAsking()
  return (
    <div class={css.step}>
      <h3>{say("alone.title")}</h3>
      <p>{say("alone.hint")}</p>
      <form
        class={css.card}
        onSubmit={(event) => {
          event.preventDefault()
          void ask(() => run(reason.trim()))
        }}
      >
        <Field
          label={say("alone.reason")}
          hint={say("alone.reason.hint")}
          value={reason}
          onInput={setReason}
          required
          maxLength={500}
        />
        <p>
          <Button type="submit" look="careful" disabled={busy}>
            {say("alone.do")}
          </Button>
        </p>
        {problem && <p role="alert">{overrideProblem(problem)}</p>}
      </form>
    </div>
  )
}

interface StepProps {
  readonly hint: OverrideKey | undefined
  readonly label: OverrideKey
  readonly look: "plain" | "main" | "careful"
  readonly run: () => Promise<Outcome>
}

function Step({ hint, label, look, run }: StepProps) {
  const { busy, problem, ask } = useAsking()
  return (
    <div class={css.step}>
      {hint !== undefined && <p>{say(hint)}</p>}
      <Button look={look} disabled={busy} onClick={() => void ask(run)}>
        {say(label)}
      </Button>
      {problem && <p role="alert">{overrideProblem(problem)}</p>}
    </div>
  )
}
