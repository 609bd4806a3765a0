import { useEffect, useId, useState } from "preact/hooks"
import type { Conversation, Message, Problem, Revealed } from "../../state/models"
import { Button } from "../parts/Button"
import { Choice, Switch } from "../parts/Choice"
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
/** What it is about, for whoever would rather not find words. */
const REASONS = ["none", "threat", "harm", "sexual", "insult", "fraud"] as const
type Reason = (typeof REASONS)[number]

export interface ReportProps {
  readonly conversation: Conversation
  /** The message that it began with. */
  readonly first: string | undefined
}

/** Shows chosen messages to the safety team: exactly those, and exactly as seen here. */
export function Report({ conversation, first }: ReportProps) {
  const id = useId()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(first === undefined ? [] : [first]))
  const [preview, setPreview] = useState<readonly Revealed[]>([])
  const [refused, setRefused] = useState<Problem>()
  const [about, setAbout] = useState<Reason>("none")
  const [words, setWords] = useState("")
  const [keepFiles, setKeepFiles] = useState(true)
  const [sent, setSent] = useState(false)
  const { busy, problem, ask } = useAsking()
  useEffect(() => {
    let wanted = true
    const asked = chosen.size === 0 ? undefined : conversation.reportPreview([...chosen])
    if (asked === undefined) setPreview([])
    void asked?.then((outcome) => {
      if (!wanted) return
      setPreview(outcome.shown ?? [])
      setRefused(outcome.done ? undefined : outcome.problem)
    })
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
    const reason = [about === "none" ? "" : say(`report.reason.${about}`), words.trim()].filter(Boolean).join("\n")
    const outcome = await ask(() => conversation.report([...chosen], reason, hasFiles && keepFiles))
    setSent(outcome.done)
  }
  const hasFiles = preview.some(({ opensFile }) => opensFile)
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
      <Choice
        label={say("report.reasons")}
        value={about}
        options={REASONS.map((each) => [each, say(`report.reason.${each}`)] as const)}
        onChange={setAbout}
      />
      <div class={css.reason}>
        <label for={id}>{say("report.reason")}</label>
        <textarea
          id={id}
          class={css.words}
          dir="auto"
          maxLength={1000}
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
      </div>
      <Section title={say("report.preview")}>
        {refused && <p role="alert">{problemText(refused)}</p>}
        {preview.length === 0 ? (
          <p>{say("report.nothing")}</p>
        ) : (
          <ul role="list" class={css.preview}>
            {preview.map((revealed) => (
              <li key={revealed.message.id}>
                <Shown revealed={revealed} />
              </li>
            ))}
          </ul>
        )}
        {hasFiles && (
          <Switch label={say("report.keep")} hint={say("report.keep.hint")} on={keepFiles} onChange={setKeepFiles} />
        )}
      </Section>
      <Notice look="plain">
        <p>{say("report.proof")}</p>
        <p>{say("report.names")}</p>
        <p>{say("report.only")}</p>
        <p>{say("report.quiet")}</p>
      </Notice>
      {problem && <p role="alert">{problemText(problem)}</p>}
      <p>
        <Button look="main" disabled={busy || preview.length === 0} onClick={() => void send()}>
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

/** One message as the safety team will see it, with every wording it had. */
function Shown({ revealed: { message, wordings, quote, opensFile, leftOut } }: { readonly revealed: Revealed }) {
  const [first, ...later] = wordings
  return (
    <span class={css.line}>
      <By message={message} />
      {quote !== undefined && <span dir="auto">{say("report.quotes", { quote })}</span>}
      {message.kind === "planned" && <span dir="auto">{lineOf(message)}</span>}
      <span dir="auto">{first}</span>
      {later.map((text, index) => (
        <span dir="auto" key={index}>
          {say("report.edited", { text })}
        </span>
      ))}
      {message.deleted && <span>{say("message.deleted")}</span>}
      {opensFile && <span>{say("report.file")}</span>}
      {leftOut > 0 && <span>{say("report.left_out", { count: leftOut })}</span>}
    </span>
  )
}

function By({ message }: { readonly message: Message }) {
  return (
    <span class={css.by}>
      <bdi>{message.sender}</bdi> · {dayName(message.at)}, {timeOfDay(message.at)}
    </span>
  )
}

function Line({ message }: { readonly message: Message }) {
  return (
    <span class={css.line}>
      <By message={message} />
      <span dir="auto">{lineOf(message)}</span>
    </span>
  )
}

function choicesOf(messages: readonly Message[], first: string | undefined): readonly Message[] {
  const spoken = messages.filter(({ kind, status }) => status === "sent" && kind !== "notice" && kind !== "unreadable")
  const recent = spoken.slice(-CHOICES)
  const begun = spoken.find(({ id }) => id === first)
  return begun && !recent.includes(begun) ? [begun, ...recent] : recent
}
