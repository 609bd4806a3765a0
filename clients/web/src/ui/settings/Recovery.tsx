import { useState } from "preact/hooks"
import type { Devices } from "../../state/models"
import { Button } from "../parts/Button"
import { Notice } from "../parts/Notice"
import { problemText } from "../parts/problems"
import { Screen } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { say, words } from "../words"
import css from "./Settings.module.css"

/** Words that bring an account back when every device is lost. Shown once. */
export function Recovery({ devices }: { readonly devices: Devices }) {
  const [shown, setShown] = useState<readonly string[]>()
  const { busy, problem, ask } = useAsking()
  const known = devices.recovery.value
  const make = async () => {
    const outcome = await ask(() => devices.newRecoveryWords())
    if (outcome.words) setShown(outcome.words)
  }
  return (
    <Screen title={say("recovery.title")} back="#/settings">
      <p>{say("recovery.lead")}</p>
      {shown ? (
        <>
          <p>{say("recovery.write")}</p>
          <ol class={css.words} dir="ltr" lang="en">
            {shown.map((word, index) => (
              <li key={index}>{word}</li>
            ))}
          </ol>
          <Notice look="plain">
            <p>{say("recovery.who")}</p>
          </Notice>
          <p>
            <Button look="main" onClick={() => setShown(undefined)}>
              {say("recovery.written")}
            </Button>
          </p>
        </>
      ) : (
        <>
          <p>
            {known
              ? say("recovery.made", { date: words().date(known.at, { dateStyle: "long" }) })
              : say("recovery.none")}
          </p>
          <p>
            <Button look="main" disabled={busy} onClick={() => void make()}>
              {say(busy ? "busy" : known ? "recovery.new" : "recovery.make")}
            </Button>
          </p>
          {known && <p>{say("recovery.new.hint")}</p>}
        </>
      )}
      {problem && <p role="alert">{problemText(problem)}</p>}
    </Screen>
  )
}
