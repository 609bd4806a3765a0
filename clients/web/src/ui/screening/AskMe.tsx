import { useState } from "preact/hooks"
import type { Instrument } from "../../screening/instrument"
import { instrumentsIn } from "../../screening/shipped"
import type { Conversation, Outcome } from "../../state/models"
import type { Screening } from "../../state/plan-models"
import { Button } from "../parts/Button"
import { say } from "../plan/words"
import { words } from "../words"
import { Questions } from "./Questions"
import css from "./Screening.module.css"

export interface AskMeProps {
  /** Where the answers go: to whoever is in it. */
  readonly conversation: Pick<Conversation, "sendScreening">
  /** Tells the server the band that the device found, and nothing else; 0 is the most urgent. */
  readonly onBand: (band: 0 | 1 | 2 | 3 | 4) => Promise<Outcome>
}

/** Questions that may help to be understood sooner, for whoever wants to answer some. */
export function AskMe({ conversation, onBand }: AskMeProps) {
  const [id, setId] = useState<string>()
  const [state, setState] = useState<"" | "sending" | "sent" | "not_sent">("")
  const all = instrumentsIn(words().language)
  const instrument = all.find((each) => each.id === id)
  const begin = (wanted: string | undefined) => {
    setState("")
    setId(wanted)
  }
  const send = async (answers: Screening) => {
    setState("sending")
    // The answers first: whatever the server makes of the band, they are on their way.
    const sent = await conversation.sendScreening(answers, say("questions.said"))
    const told = await onBand(BANDS[answers.band])
    setId(undefined)
    setState(sent.done && told.done ? "sent" : "not_sent")
  }
  return (
    <div class={css.questions}>
      <p role="status">
        {state === "sent" && say("questions.sent")}
        {state === "not_sent" && say("questions.not_sent")}
      </p>
      {instrument === undefined ? (
        <>
          <p>{say("questions.lead")}</p>
          <div class={css.ways}>
            {all.map((each) => (
              <Begin key={each.id} title={all.length > 1 ? each : undefined} onBegin={() => begin(each.id)} />
            ))}
          </div>
        </>
      ) : (
        <Questions
          instrument={instrument}
          busy={state === "sending"}
          onSend={(answers) => void send(answers)}
          onStop={() => begin(undefined)}
        />
      )}
    </div>
  )
}

interface BeginProps {
  /** None: there is nothing else to choose from. */
  readonly title: Pick<Instrument, "title" | "language"> | undefined
  readonly onBegin: () => void
}

function Begin({ title, onBegin }: BeginProps) {
  if (title === undefined) return <Button onClick={onBegin}>{say("questions.begin")}</Button>
  return (
    <Button label={say("questions.begin.it", { title: title.title })} onClick={onBegin}>
      <span lang={title.language}>{title.title}</span>
    </Button>
  )
}

const BANDS = { A0: 0, A1: 1, A2: 2, A3: 3, A4: 4 } as const
