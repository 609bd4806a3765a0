import { useEffect, useId, useState } from "preact/hooks"
import type { Conversation, Message } from "../../state/models"
import { Button } from "../parts/Button"
import { Notice } from "../parts/Notice"
import { problemText } from "../parts/problems"
import { Screen, Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { dayName, timeOfDay } from "../times"
import { say } from "../words"
import { lineOf } from "./lines"
import css from "./Report.module.css"

/** How far back somebody can choose from; older ones are reached by their own actions. */
const CHOICES = 30

export interface ReportProps {
  readonly conversation: Conversation
  /** The message that it began with. */
  readonly first: string | undefined
}

/** Shows chosen messages to the safety team: exactly those, and exactly as seen here. */
export function Report({ conversation, first }: ReportProps) {
  const id = useId()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(first === undefined ? [] : [first]))
  const [preview, setPreview] = useState<readonly Message[]>()
  const [reason, setReason] = useState("")
  const [sent, setSent] = useState(false)
  const { busy, problem, ask } = useAsking()
  useEffect(() => {
    let wanted = true
    void conversation.reportPreview([...chosen]).then((shown) => wanted && setPreview(shown))
    return () => {
      wanted = false
    }
  }, [chosen])
  const choices = choicesOf(conversation.messages.value, first)
  const toggle = (message: string, on: boolean) => {
    const next = new Set(chosen)
    if (on) next.add(message)
    else next.delete(message)
    setChosen(next)
  }
  const send = async () => {
    const outcome = await ask(() => conversation.report([...chosen], reason.trim()))
    setSent(outcome.done)
  }
  const back = `#/c/${conversation.id}`
  if (sent) return <Sent back={back} />
  return (
    <Screen title={say("report.title")} back={back}>
      <p>{say("report.lead")}</p>
      <fieldset class={css.choices}>
        <legend>{say("report.choose")}</legend>
        {choices.map((message) => (
          <label key={message.id} class={css.choice}>
            <input
              type="checkbox"
              checked={chosen.has(message.id)}
              onChange={(event) => toggle(message.id, event.currentTarget.checked)}
            />
            <Line message={message} />
          </label>
        ))}
      </fieldset>
      <div class={css.reason}>
        <label for={id}>{say("report.reason")}</label>
        <textarea
          id={id}
          class={css.words}
          dir="auto"
          maxLength={1000}
          value={reason}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </div>
      <Section title={say("report.preview")}>
        {preview === undefined || preview.length === 0 ? (
          <p>{say("report.nothing")}</p>
        ) : (
          <ul role="list" class={css.preview}>
            {preview.map((message) => (
              <li key={message.id}>
                <Line message={message} />
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Notice look="plain">
        <p>{say("report.proof")}</p>
        <p>{say("report.only")}</p>
        <p>{say("report.quiet")}</p>
      </Notice>
      {problem && <p role="alert">{problemText(problem)}</p>}
      <p>
        <Button look="main" disabled={busy || chosen.size === 0} onClick={() => void send()}>
          {busy ? say("busy") : say("report.do", { count: chosen.size })}
        </Button>
      </p>
    </Screen>
  )
}

function Sent({ back }: { readonly back: string }) {
  return (
    <Screen title={say("report.sent")} back={back}>
      <p role="status">{say("report.sent.text")}</p>
      <p>
        <a href={`${back}/people`}>{say("report.block")}</a>
      </p>
    </Screen>
  )
}

function Line({ message }: { readonly message: Message }) {
  return (
    <span class={css.line}>
      <span class={css.by}>
        <bdi>{message.sender}</bdi> · {dayName(message.at)}, {timeOfDay(message.at)}
      </span>
      <span dir="auto">{lineOf(message)}</span>
    </span>
  )
}

function choicesOf(messages: readonly Message[], first: string | undefined): readonly Message[] {
  const spoken = messages.filter(({ kind, mine }) => !mine && kind !== "notice" && kind !== "unreadable")
  const recent = spoken.slice(-CHOICES)
  const begun = spoken.find(({ id }) => id === first)
  return begun && !recent.includes(begun) ? [begun, ...recent] : recent
}
