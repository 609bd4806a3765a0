import { useState } from "preact/hooks"
import type { Devices } from "../../state/models"
import { Button } from "../parts/Button"
import { Notice } from "../parts/Notice"
import { problemText } from "../parts/problems"
import { Screen } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { say, words } from "../words"
import { ConfirmWords } from "./ConfirmWords"
import css from "./Settings.module.css"

type Step = { readonly kind: "none" } | { readonly kind: "shown" | "confirm"; readonly words: readonly string[] }

/** Words that bring an account back when every device is lost. Shown once; they count when they were confirmed. */
export function Recovery({ devices }: { readonly devices: Devices }) {
  const [step, setStep] = useState<Step>({ kind: "none" })
  const { busy, problem, ask } = useAsking()
  const known = devices.recovery.value
  const keep = async (kept: readonly string[]) => {
    const outcome = await ask(() => devices.keepRecoveryWords(kept))
    if (outcome.done) setStep({ kind: "none" })
  }
  return (
    <Screen title={say("recovery.title")} back="#/settings">
      {step.kind === "none" && (
        <>
          <p>{say("recovery.lead")}</p>
          <p role="status">{known?.words === true ? madeText(known.at) : say("recovery.none")}</p>
          {known?.seal === true && <p>{say("recovery.seal")}</p>}
          <p>
            <Button
              look="main"
              onClick={() => void devices.newRecoveryWords().then((made) => setStep({ kind: "shown", words: made }))}
            >
              {say(known?.words === true ? "recovery.new" : "recovery.make")}
            </Button>
          </p>
          {known?.words === true && <p>{say("recovery.new.hint")}</p>}
        </>
      )}
      {step.kind === "shown" && (
        <>
          <p>{say("recovery.write")}</p>
          <ol class={css.words} dir="ltr" lang="en">
            {step.words.map((word, index) => (
              <li key={index}>{word}</li>
            ))}
          </ol>
          <Notice look="plain">
            <p>{say("recovery.who")}</p>
          </Notice>
          <p>
            <Button look="main" onClick={() => setStep({ ...step, kind: "confirm" })}>
              {say("recovery.written")}
            </Button>
          </p>
        </>
      )}
      {step.kind === "confirm" && (
        <ConfirmWords
          words={step.words}
          busy={busy}
          onBack={() => setStep({ ...step, kind: "shown" })}
          onRight={() => void keep(step.words)}
        />
      )}
      {problem && <p role="alert">{problemText(problem)}</p>}
    </Screen>
  )
}

/** A device that was just restored does not know when they were made. */
function madeText(at: Date): string {
  return at.getTime() === 0
    ? say("recovery.made.before")
    : say("recovery.made", { date: words().date(at, { dateStyle: "long" }) })
}
