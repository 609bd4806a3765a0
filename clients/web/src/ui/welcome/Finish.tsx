import { useState } from "preact/hooks"
import type { Welcome } from "../../state/models"
import { Button } from "../parts/Button"
import { problemText } from "../parts/problems"
import { Screen } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { Username } from "../parts/Username"
import { say } from "../words"
import { SealChoice, sealOf, sealProblem, useSeal } from "./SealChoice"
import css from "./WelcomeScreen.module.css"

export interface FinishProps {
  readonly welcome: Welcome
  readonly handle: string
}

/** The account is there; what will open this device is not. */
export function Finish({ welcome, handle }: FinishProps) {
  const [seal, setSeal] = useSeal(welcome.passkeys)
  const [tried, setTried] = useState(false)
  const { busy, problem, ask } = useAsking()
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    setTried(true)
    if (sealProblem(seal) === undefined) void ask(() => welcome.finish(sealOf(seal)))
  }
  return (
    <Screen title={say("finish.title")}>
      <p>{say("finish.text", { name: handle })}</p>
      <form class={css.form} onSubmit={submit} noValidate>
        <Username handle={handle} />
        <SealChoice
          passkeys={welcome.passkeys}
          seal={seal}
          onChange={setSeal}
          problem={tried ? sealProblem(seal) : undefined}
        />
        {problem && <p role="alert">{problemText(problem)}</p>}
        {busy && seal.kind === "passphrase" && <p role="status">{say("seal.wait")}</p>}
        <div class={css.actions}>
          <Button look="main" type="submit" disabled={busy}>
            {say(busy ? "busy" : "finish.do")}
          </Button>
        </div>
      </form>
    </Screen>
  )
}
