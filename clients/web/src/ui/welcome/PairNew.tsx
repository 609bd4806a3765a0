import { useState } from "preact/hooks"
import type { Pairing, Welcome } from "../../state/models"
import { Button } from "../parts/Button"
import { Screen } from "../parts/Screen"
import { Username } from "../parts/Username"
import { say } from "../words"
import { PairingSteps } from "./PairingSteps"
import { SealChoice, sealOf, sealProblem, useSeal } from "./SealChoice"
import css from "./WelcomeScreen.module.css"

export interface PairNewProps {
  readonly welcome: Welcome
  readonly onBack: () => void
  readonly started?: Pairing
}

/** This browser becomes a device of an account that another one opens for it. */
export function PairNew({ welcome, onBack, started }: PairNewProps) {
  const [seal, setSeal] = useSeal(welcome.passkeys)
  const [tried, setTried] = useState(false)
  const [pairing, setPairing] = useState(started)
  if (pairing) {
    return (
      <Screen title={say("pair.title")}>
        <PairingSteps
          pairing={pairing}
          onEnd={() => {
            pairing.cancel()
            onBack()
          }}
        />
      </Screen>
    )
  }
  return (
    <Screen title={say("pair.title")}>
      <p>{say("pair.before")}</p>
      <form
        class={css.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          setTried(true)
          if (sealProblem(seal) === undefined) setPairing(welcome.pair(sealOf(seal)))
        }}
      >
        <Username />
        <SealChoice
          passkeys={welcome.passkeys}
          seal={seal}
          onChange={setSeal}
          problem={tried ? sealProblem(seal) : undefined}
        />
        <div class={css.actions}>
          <Button look="main" type="submit">
            {say("pair.start")}
          </Button>
          <Button look="quiet" onClick={onBack}>
            {say("back")}
          </Button>
        </div>
      </form>
    </Screen>
  )
}
