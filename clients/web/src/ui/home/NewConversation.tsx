import { useState } from "preact/hooks"
import type { Session } from "../../state/models"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { Field } from "../parts/Field"
import { problemText } from "../parts/problems"
import { Screen } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { go } from "../router"
import { say } from "../words"
import css from "../welcome/WelcomeScreen.module.css"

/** A conversation with one other person, or a circle of several. */
export function NewConversation({ session }: { readonly session: Session }) {
  const [kind, setKind] = useState<"direct" | "circle">("direct")
  const [names, setNames] = useState("")
  const { busy, problem, ask, clear } = useAsking()
  const handles = names.split(/[\s,،;]+/).filter(Boolean)
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const [first] = handles
    if (first === undefined) return
    const { conversation } = await ask(() => (kind === "direct" ? session.direct(first) : session.circle(handles)))
    if (conversation !== undefined) go(`#/c/${conversation}`)
  }
  return (
    <Screen title={say("new.title")} back="#/">
      <form class={css.form} onSubmit={(event) => void submit(event)}>
        <Choice
          label={say("new.kind")}
          value={kind}
          options={[
            ["direct", say("new.direct")],
            ["circle", say("new.circle")],
          ]}
          onChange={setKind}
        />
        <Field
          label={say(kind === "direct" ? "new.name" : "new.names")}
          hint={say(kind === "direct" ? "new.name.hint" : "new.names.hint")}
          value={names}
          onInput={(value) => {
            clear()
            setNames(value)
          }}
          problem={problem && problemText(problem)}
          literal
          autocomplete="off"
        />
        <p>{say("new.who")}</p>
        <div class={css.actions}>
          <Button look="main" type="submit" disabled={busy || handles.length === 0}>
            {say(busy ? "busy" : "new.do")}
          </Button>
        </div>
      </form>
    </Screen>
  )
}
