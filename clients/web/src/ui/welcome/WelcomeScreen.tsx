import { useState } from "preact/hooks"
import { LANGUAGES } from "../../i18n/languages"
import type { Display, Welcome } from "../../state/models"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { Notice } from "../parts/Notice"
import { Screen } from "../parts/Screen"
import { route } from "../router"
import { say } from "../words"
import { Finish } from "./Finish"
import { PairNew } from "./PairNew"
import { Register } from "./Register"
import { Restore } from "./Restore"
import css from "./WelcomeScreen.module.css"

export type Way = "choose" | "register" | "restore" | "pair"

export interface WelcomeScreenProps {
  readonly welcome: Welcome
  readonly display: Display
  readonly first?: Way
}

/** For somebody new to this browser. Whoever was invited begins with the invitation. */
export function WelcomeScreen({ welcome, display, first }: WelcomeScreenProps) {
  const at = route.value
  const begun = welcome.begun.value
  const invite = at.screen === "invite" ? at.code : begun?.code || undefined
  const [chosen, setWay] = useState(first)
  const way = chosen ?? (invite === undefined ? "choose" : "register")
  const back = () => setWay("choose")
  if (begun?.registered === true) return <Finish welcome={welcome} handle={begun.handle} />
  if (way === "register") return <Register welcome={welcome} invite={invite} onBack={back} />
  if (way === "restore") return <Restore welcome={welcome} onBack={back} />
  if (way === "pair") return <PairNew welcome={welcome} onBack={back} />
  return (
    <Screen title={say("welcome.title")}>
      <p class={css.lead}>{say("welcome.lead")}</p>
      <div class={css.ways}>
        <Button look="main" wide onClick={() => setWay("register")}>
          {say("welcome.register")}
        </Button>
        <Button wide onClick={() => setWay("pair")}>
          {say("welcome.pair")}
        </Button>
        <Button wide onClick={() => setWay("restore")}>
          {say("welcome.restore")}
        </Button>
      </div>
      <Notice look="plain" title={say("welcome.private.title")}>
        <p>{say("welcome.private.text")}</p>
        <p>{say("welcome.exit")}</p>
      </Notice>
      <Choice
        label={say("language")}
        value={display.language.value}
        options={Object.entries(LANGUAGES).map(([code, name]) => [code, name, code] as const)}
        onChange={(language) => {
          display.language.value = language
        }}
      />
    </Screen>
  )
}
