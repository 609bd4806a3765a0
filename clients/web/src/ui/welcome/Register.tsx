import { useState } from "preact/hooks"
import type { Key } from "../../i18n/languages"
import type { Welcome } from "../../state/models"
import { Button } from "../parts/Button"
import { Field } from "../parts/Field"
import { problemText } from "../parts/problems"
import { Screen } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { say } from "../words"
import { SealChoice, sealOf, sealProblem, useSeal } from "./SealChoice"
import css from "./WelcomeScreen.module.css"

/** What the server's refusals mean here. */
const REFUSED: Readonly<Record<string, Key>> = {
  not_found: "problem.invite_invalid",
  conflict: "register.conflict",
  bad_request: "register.name.form",
}

export interface RegisterProps {
  readonly welcome: Welcome
  readonly invite: string | undefined
  readonly onBack: () => void
}

/** An account: an invitation, a name, and what will open this device. */
export function Register({ welcome, invite, onBack }: RegisterProps) {
  const [code, setCode] = useState(invite ?? "")
  const [handle, setHandle] = useState(welcome.begun.value?.handle ?? "")
  const [seal, setSeal] = useSeal(welcome.passkeys)
  const [tried, setTried] = useState(false)
  const { busy, problem, ask } = useAsking()
  const missing = (text: string, key: Key) => (tried && text.trim() === "" ? say(key) : undefined)
  const refused = REFUSED[problem?.code ?? ""]
  const codeProblem = refused === "problem.invite_invalid" ? say(refused) : missing(code, "register.code.missing")
  const nameProblem =
    refused !== undefined && refused !== "problem.invite_invalid"
      ? say(refused)
      : missing(handle, "register.name.missing")
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    setTried(true)
    if (!code.trim() || !handle.trim() || sealProblem(seal) !== undefined) return
    void ask(() => welcome.register(code.trim(), handle.trim(), sealOf(seal)))
  }
  return (
    <Screen title={say("register.title")}>
      <form class={css.form} onSubmit={submit} noValidate>
        {(invite === undefined || codeProblem !== undefined) && (
          <Field
            label={say("register.code")}
            hint={say("register.code.hint")}
            value={code}
            onInput={setCode}
            problem={codeProblem}
            literal
            autocomplete="off"
          />
        )}
        <Field
          label={say("register.name")}
          hint={say("register.name.hint")}
          value={handle}
          onInput={setHandle}
          problem={nameProblem}
          maxLength={32}
          literal
          autocomplete="username"
        />
        <SealChoice
          passkeys={welcome.passkeys}
          seal={seal}
          onChange={setSeal}
          problem={tried ? sealProblem(seal) : undefined}
        />
        {problem && codeProblem === undefined && nameProblem === undefined && (
          <p role="alert">{problemText(problem)}</p>
        )}
        {busy && seal.kind === "passphrase" && <p role="status">{say("seal.wait")}</p>}
        <div class={css.actions}>
          <Button look="main" type="submit" disabled={busy}>
            {say(busy ? "busy" : "register.do")}
          </Button>
          <Button look="quiet" onClick={onBack}>
            {say("back")}
          </Button>
        </div>
      </form>
    </Screen>
  )
}
