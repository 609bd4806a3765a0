import { useId, useState } from "preact/hooks"
import type { ReviewCase, Reviewing } from "../../state/review-models"
import { unmet } from "../../state/review-rules"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { go } from "../router"
import { AskFirst } from "./AskFirst"
import css from "./Credentials.module.css"
import { credentialProblem, say } from "./words"

const MOST_REASON_CHARS = 2_000

export interface DecisionProps {
  readonly reviewing: Reviewing
  readonly shown: ReviewCase
}

/** To sign off, to send it back or refuse with a reason, or to leave it to somebody else. */
export function Decision({ reviewing, shown: { application, needs } }: DecisionProps) {
  const [way, setWay] = useState<"sign" | "refuse">()
  const { busy, problem, ask } = useAsking()
  const left = unmet(needs)
  const putBack = async () => {
    const { done } = await ask(() => reviewing.putBack(application))
    if (done) go("#/review")
  }
  return (
    <Section title={say("decide.title")}>
      {left > 0 && <p>{say("decide.left", { count: left })}</p>}
      <p class={css.line} data-part="end">
        <Button look="main" disabled={left > 0} onClick={() => setWay("sign")}>
          {say("decide.sign")}
        </Button>
        <Button expanded={way === "refuse"} onClick={() => setWay(way === "refuse" ? undefined : "refuse")}>
          {say("decide.no")}
        </Button>
        <Button disabled={busy} onClick={() => void putBack()}>
          {say("decide.put_back")}
        </Button>
      </p>
      {problem && <p role="alert">{credentialProblem(problem)}</p>}
      {way === "refuse" && <Refusing reviewing={reviewing} application={application} />}
      {way === "sign" && (
        <AskFirst
          title="sign.title"
          text="sign.text"
          label="decide.sign"
          run={() => reviewing.signOff(application)}
          onClose={() => setWay(undefined)}
        />
      )}
    </Section>
  )
}

interface RefusingProps {
  readonly reviewing: Reviewing
  readonly application: string
}

function Refusing({ reviewing, application }: RefusingProps) {
  const [what, setWhat] = useState<"back" | "refuse">("back")
  const [reason, setReason] = useState("")
  const { busy, problem, ask } = useAsking()
  const id = useId()
  return (
    <form
      class={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        void ask(() =>
          what === "back"
            ? reviewing.sendBack(application, reason.trim())
            : reviewing.refuse(application, reason.trim()),
        )
      }}
    >
      <Choice
        label={say("refuse.what")}
        value={what}
        options={[
          ["back", say("refuse.what.back")],
          ["refuse", say("refuse.what.refuse")],
        ]}
        onChange={setWhat}
      />
      <div class={css.choose}>
        <label for={id}>{say("refuse.why")}</label>
        <p class={css.faint} id={`${id}-hint`}>
          {say("refuse.why.hint")}
        </p>
        <textarea
          id={id}
          dir="auto"
          rows={4}
          maxLength={MOST_REASON_CHARS}
          value={reason}
          aria-describedby={`${id}-hint`}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </div>
      <p>
        <Button type="submit" look="careful" disabled={busy || reason.trim() === ""}>
          {say("refuse.do")}
        </Button>
      </p>
      {problem && <p role="alert">{credentialProblem(problem)}</p>}
    </form>
  )
}
