import { useState } from "preact/hooks"
import type { Agreement, Room } from "../../state/call-models"
import { Button } from "../parts/Button"
import { Switch } from "../parts/Choice"
import { Notice } from "../parts/Notice"
import { Screen } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { callProblem, say } from "./words"

export interface AgreementScreenProps {
  readonly room: Room
  readonly agreement: Agreement
}

/** What everybody in a circle keeps to; nobody comes in before. */
export function AgreementScreen({ room, agreement }: AgreementScreenProps) {
  const [isAlone, setAlone] = useState(false)
  const { busy, problem, ask } = useAsking()
  return (
    <Screen title={say("agreement.title")} back={`#/c/${room.conversation}`}>
      {agreement.hasChanged && (
        <Notice look="plain">
          <p>{say("agreement.changed")}</p>
        </Notice>
      )}
      <p>{say("agreement.lead")}</p>
      <ul>
        {agreement.lines.map((line, index) => (
          <li key={index}>
            <bdi>{line}</bdi>
          </li>
        ))}
      </ul>
      <p>{say("agreement.screens")}</p>
      <Switch label={say("agreement.alone")} hint={say("agreement.alone.hint")} on={isAlone} onChange={setAlone} />
      <p>
        <Button look="main" disabled={busy || !isAlone} onClick={() => void ask(() => room.agree(isAlone))}>
          {say("agreement.accept")}
        </Button>
      </p>
      {problem && <p role="alert">{callProblem(problem)}</p>}
    </Screen>
  )
}
