import { useId, useState } from "preact/hooks"
import type { ReviewCase, Reviewing } from "../../state/review-models"
import { MAX_REASON_CHARS } from "../../protocol/events"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { go } from "../router"
import { AskFirst } from "./AskFirst"
import css from "./Credentials.module.css"
import { words } from "../words"
import { credentialProblem, needName, say } from "./words"

export interface DecisionProps {
  readonly reviewing: Reviewing
  readonly shown: ReviewCase
}

/** To sign off, or to send it back or refuse with a reason. */
export function Decision({ reviewing, shown: { application, missing } }: DecisionProps) {
  const [way, setWay] = useState<"sign" | "refuse">()
  return (
    <Section title={say("decide.title")}>
      {missing.length > 0 && <p>{say("decide.left", { points: words().list(missing.map(needName)) })}</p>}
      <p class={css.line} data-part="end">
        <Button look="main" disabled={missing.length > 0} onClick={() => setWay("sign")}>
          {say("decide.sign")}
        </Button>
        <Button expanded={way === "refuse"} onClick={() => setWay(way === "refuse" ? undefined : "refuse")}>
          {say("decide.no")}
        </Button>
      </p>
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
  const tell = async () => {
    const why = reason.trim()
    const { done } = await ask(() =>
      what === "back" ? reviewing.sendBack(application, why) : reviewing.refuse(application, why),
    )
    // A draft is its owner's again.
    if (done && what === "back") go("#/review")
  }
  return (
    <form
      class={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        void tell()
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
          maxLength={MAX_REASON_CHARS}
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
