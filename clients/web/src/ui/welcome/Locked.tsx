import { useState } from "preact/hooks"
import type { Lock } from "../../state/models"
import { Button } from "../parts/Button"
import { Dialog } from "../parts/Dialog"
import { Field } from "../parts/Field"
import { problemText } from "../parts/problems"
import { Screen } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { Username } from "../parts/Username"
import { say } from "../words"
import css from "./WelcomeScreen.module.css"

/** Opens what is kept on this device. */
export function Locked({ lock }: { readonly lock: Lock }) {
  const [passphrase, setPassphrase] = useState("")
  const [forgetting, setForgetting] = useState(false)
  const { busy, problem, ask } = useAsking()
  const byPassphrase = lock.ways.includes("passphrase")
  const byPasskey = lock.ways.includes("passkey")
  const isWrong = problem?.code === "wrong_secret"
  return (
    <Screen title={say("locked.title")}>
      <p>{say("locked.text", { name: lock.handle })}</p>
      {byPasskey && (
        <p>
          <Button look="main" disabled={busy} onClick={() => void ask(() => lock.unlock({ kind: "passkey" }))}>
            {say("locked.passkey")}
          </Button>
        </p>
      )}
      {byPassphrase && (
        <form
          class={css.form}
          onSubmit={(event) => {
            event.preventDefault()
            void ask(() => lock.unlock({ kind: "passphrase", passphrase }))
          }}
        >
          <Username handle={lock.handle} />
          <Field
            label={say("seal.passphrase")}
            type="password"
            autocomplete="current-password"
            value={passphrase}
            onInput={setPassphrase}
            problem={isWrong ? problemText(problem) : undefined}
          />
          {busy && <p role="status">{say("locked.wait")}</p>}
          <div class={css.actions}>
            <Button look={byPasskey ? "plain" : "main"} type="submit" disabled={busy}>
              {say(busy ? "busy" : "locked.open")}
            </Button>
          </div>
        </form>
      )}
      {problem && !isWrong && <p role="alert">{problemText(problem)}</p>}
      <p>
        <Button look="quiet" onClick={() => setForgetting(true)}>
          {say("locked.forget")}
        </Button>
      </p>
      {forgetting && (
        <Dialog
          title={say("locked.forget")}
          onClose={() => setForgetting(false)}
          actions={
            <>
              <Button onClick={() => setForgetting(false)}>{say("cancel")}</Button>
              <Button look="careful" onClick={() => void lock.forget()}>
                {say("locked.forget.do")}
              </Button>
            </>
          }
        >
          <p>{say("locked.forget.text")}</p>
        </Dialog>
      )}
    </Screen>
  )
}
