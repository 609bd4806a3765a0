import { useId, useState } from "preact/hooks"
import type { Welcome } from "../../state/models"
import { Button } from "../parts/Button"
import { problemText } from "../parts/problems"
import { Screen } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { say } from "../words"
import { SealChoice, sealOf, sealProblem, useSeal } from "./SealChoice"
import css from "./WelcomeScreen.module.css"

const WORDS = 24

export interface RestoreProps {
  readonly welcome: Welcome
  readonly onBack: () => void
}

/** An account comes back by its recovery words. */
export function Restore({ welcome, onBack }: RestoreProps) {
  const id = useId()
  const [words, setWords] = useState("")
  const [seal, setSeal] = useSeal(welcome.passkeys)
  const [tried, setTried] = useState(false)
  const { busy, problem, ask } = useAsking()
  const count = words.trim() === "" ? 0 : words.trim().split(/\s+/).length
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    setTried(true)
    if (count !== WORDS || sealProblem(seal) !== undefined) return
    void ask(() => welcome.restore(words.trim().toLowerCase().split(/\s+/).join(" "), sealOf(seal)))
  }
  return (
    <Screen title={say("restore.title")}>
      <form class={css.form} onSubmit={submit} noValidate>
        <div class={css.form}>
          <label for={id}>{say("restore.words")}</label>
          <textarea
            id={id}
            class={css.words}
            dir="ltr"
            lang="en"
            autocapitalize="none"
            autocorrect="off"
            spellcheck={false}
            autocomplete="off"
            value={words}
            aria-describedby={`${id}-count`}
            aria-invalid={tried && count !== WORDS}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
          <p id={`${id}-count`} role="status">
            {say("restore.count", { count, of: WORDS })}
          </p>
        </div>
        <SealChoice
          passkeys={welcome.passkeys}
          seal={seal}
          onChange={setSeal}
          problem={tried ? sealProblem(seal) : undefined}
        />
        <p>{say("restore.what")}</p>
        {busy && <p role="status">{say("restore.wait")}</p>}
        {problem && <p role="alert">{problemText(problem)}</p>}
        <div class={css.actions}>
          <Button look="main" type="submit" disabled={busy}>
            {say(busy ? "busy" : "restore.do")}
          </Button>
          <Button look="quiet" onClick={onBack}>
            {say("back")}
          </Button>
        </div>
      </form>
    </Screen>
  )
}
