import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks"
import type { GoalSigning } from "../../state/goal-models"
import type { Conversation, Goal } from "../../state/models"
import { Button } from "../parts/Button"
import { Switch } from "../parts/Choice"
import { Field } from "../parts/Field"
import { problemText } from "../parts/problems"
import { Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { useLoaded } from "../parts/useLoaded"
import { say, words } from "../words"
import { Meanwhile } from "./Meanwhile"
import { Signed } from "./Signed"
import css from "./Session.module.css"
import { opener, type PartProps } from "./editing"

const MOST_CHARACTERS = 200
/** How far one press of an arrow key goes, in per cent. */
const STEP = 5

/** What somebody wants to reach, the next step to it, and how far they are. */
export function Goals(part: PartProps) {
  const { conversation, editing, edit, canWrite } = part
  const { goals } = conversation.sessionPage.value
  const signing = useSigning(conversation)
  const isEditing = (id?: string) => editing?.kind === "goal" && editing.id === id
  return (
    <Section title={say("goals.title")}>
      {goals.length === 0 && <p>{say("goals.none")}</p>}
      {goals.length > 0 && signing?.claims.value !== undefined && <p>{say("goals.sign")}</p>}
      {goals.length > 0 && (
        <ul role="list" class={css.list}>
          {goals.map((goal) => (
            <li key={goal.id}>
              {isEditing(goal.id) ? (
                <GoalForm {...part} goal={goal} />
              ) : (
                <Card part={part} goal={goal} signing={signing} />
              )}
            </li>
          ))}
        </ul>
      )}
      {isEditing() ? (
        <GoalForm {...part} goal={undefined} />
      ) : (
        canWrite && (
          <p data-opens={opener({ kind: "goal" })}>
            <Button onClick={() => edit({ kind: "goal" })}>{say("goals.new")}</Button>
          </p>
        )
      )}
    </Section>
  )
}

/** Asked for anew with each change of the page: the other one may have signed. */
function useSigning(conversation: Conversation): GoalSigning | undefined {
  const signing = useLoaded(() => conversation.goalSigning())
  const page = conversation.sessionPage.value
  useEffect(() => void signing?.look(), [signing, page])
  return signing
}

interface CardProps {
  readonly part: PartProps
  readonly goal: Goal
  readonly signing: GoalSigning | undefined
}

function Card({ part: { conversation, edit, canWrite }, goal, signing }: CardProps) {
  const other = conversation.members.value.find(({ me }) => !me)
  const editing = { kind: "goal", id: goal.id } as const
  return (
    <div class={css.card}>
      <p class={css.name} dir="auto">
        {goal.title}
      </p>
      {goal.step !== "" && (
        <p>
          {say("goals.next")} <bdi>{goal.step}</bdi>
        </p>
      )}
      <p class={css.progress}>
        <progress max={100} value={goal.progress} aria-label={say("goals.progress.of", { title: goal.title })} />
        <span>{goal.done ? say("goals.reached") : percent(goal.progress)}</span>
      </p>
      {goal.pending && <p class={css.facts}>{say("message.saved")}</p>}
      {signing !== undefined && other !== undefined && (
        <Signed signing={signing} goal={goal} other={other.handle} canWrite={canWrite} />
      )}
      {canWrite && (
        <div class={css.actions} data-opens={opener(editing)}>
          <Button label={say("session.change.it", { line: goal.title })} onClick={() => edit(editing)}>
            {say("session.change")}
          </Button>
        </div>
      )}
    </div>
  )
}

function GoalForm({ conversation, edit, goal }: PartProps & { readonly goal: Goal | undefined }) {
  const [begun] = useState(goal)
  const [title, setTitle] = useState(begun?.title ?? "")
  const [step, setStep] = useState(begun?.step ?? "")
  const [progress, setProgress] = useState(begun?.progress ?? 0)
  const [done, setDone] = useState(begun?.done ?? false)
  const { busy, problem, ask } = useAsking()
  const id = useId()
  const form = useRef<HTMLFormElement>(null)
  useLayoutEffect(() => form.current?.querySelector("input")?.focus(), [])
  const save = async () => {
    const change = { kind: "goal", id: begun?.id, title: title.trim(), step: step.trim(), progress, done } as const
    const outcome = await ask(() => conversation.plan(change, say("goals.said", { title: change.title })))
    if (outcome.done) edit(undefined)
  }
  return (
    <form
      ref={form}
      class={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (title.trim() !== "") void save()
      }}
    >
      <Field
        label={say("goals.name")}
        value={title}
        onInput={setTitle}
        maxLength={MOST_CHARACTERS}
        autocomplete="off"
      />
      <Field label={say("goals.step")} value={step} onInput={setStep} maxLength={MOST_CHARACTERS} autocomplete="off" />
      <div class={css.range}>
        <label for={id}>{say("goals.progress")}</label>
        <input
          id={id}
          type="range"
          min={0}
          max={100}
          step={STEP}
          value={progress}
          aria-valuetext={percent(progress)}
          onInput={(event) => setProgress(event.currentTarget.valueAsNumber)}
        />
        <span aria-hidden="true">{percent(progress)}</span>
      </div>
      <Switch label={say("goals.done")} on={done} onChange={setDone} />
      <Meanwhile begun={begun} current={goal} />
      {problem && <p role="alert">{problemText(problem)}</p>}
      <div class={css.actions}>
        <Button type="submit" look="main" disabled={busy || title.trim() === ""}>
          {say(busy ? "busy" : "session.save")}
        </Button>
        <Button onClick={() => edit(undefined)}>{say("session.stop")}</Button>
      </div>
    </form>
  )
}

function percent(progress: number): string {
  return words().number(progress / 100, { style: "percent" })
}
