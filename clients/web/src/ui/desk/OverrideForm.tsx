import { useId, useState } from "preact/hooks"
import type { Desk } from "../../state/desk-models"
import type { Drafting, OverrideBasis, OverrideDraft } from "../../state/override-models"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { Field } from "../parts/Field"
import { Notice } from "../parts/Notice"
import { Screen, Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { go } from "../router"
import deskCss from "./Desk.module.css"
import css from "./Override.module.css"
import { type OverrideKey, overrideProblem, say } from "./override-words"

const BASES: readonly OverrideBasis[] = ["vital_interests", "serious_threat", "child_protection", "consent"]
/** Kinds of those who are told; the server takes any word, and no name. */
export const RECIPIENTS = ["ambulance", "police", "mobile_team", "child_protection", "other"] as const
const STEPS: readonly OverrideKey[] = ["what.ask", "what.second", "what.place", "what.contact", "what.review"]

/** What somebody states before they ask a supervisor to agree. */
export function OverrideForm({ desk, held }: { readonly desk: Desk; readonly held: string }) {
  const { overrides } = desk
  const isOpen = overrides.list.value?.some((each) => each.case === held && each.status !== "confirmed") === true
  return (
    <Screen title={say("open.title")} back={backOf(desk, held)}>
      <p>{say("open.first")}</p>
      {isOpen ? (
        <Notice title={say("open.already")}>
          <p>
            <a href="#/desk/overrides">{say("open.see")}</a>
          </p>
        </Notice>
      ) : (
        <Fields desk={desk} held={held} />
      )}
    </Screen>
  )
}

function Fields({ desk, held }: { readonly desk: Desk; readonly held: string }) {
  const draft = desk.overrides.draftOf(held)
  const written = draft.value
  const [isMissing, setMissing] = useState(false)
  const { busy, problem, ask } = useAsking()
  const change = (more: Partial<Drafting>) => {
    draft.value = { ...draft.peek(), ...more }
  }
  const open = async () => {
    const whole = wholeOf(draft.peek())
    setMissing(whole === undefined)
    if (whole === undefined) return
    const outcome = await ask(() => desk.overrides.open(held, whole))
    if (outcome.done) go("#/desk/overrides")
  }
  return (
    <form
      class={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        void open()
      }}
    >
      <Choice
        label={say("basis")}
        value={written.basis}
        options={BASES.map((each) => [each, say(`basis.${each}`)] as const)}
        onChange={(basis) => change({ basis })}
      />
      <Choice
        label={say("to")}
        value={written.to}
        options={RECIPIENTS.map((each) => [each, say(`to.${each}`)] as const)}
        onChange={(to) => change({ to })}
      />
      <Area
        label={say("statement")}
        hint={say("statement.hint")}
        value={written.statement}
        onInput={(statement) => change({ statement })}
      />
      <Area
        label={say("released")}
        hint={say("released.hint")}
        value={written.released}
        onInput={(released) => change({ released })}
      />
      <Choice
        label={say("informed")}
        value={written.informed}
        options={[
          ["yes", say("informed.yes")],
          ["no", say("informed.no")],
        ]}
        onChange={(informed) => change({ informed })}
      />
      {written.informed === "no" && (
        <Field
          label={say("why_not")}
          hint={say("why_not.hint")}
          value={written.whyNot}
          onInput={(whyNot) => change({ whyNot })}
          maxLength={500}
        />
      )}
      <Section title={say("what.title")}>
        <ol class={css.steps}>
          {STEPS.map((each) => (
            <li key={each}>{say(each)}</li>
          ))}
        </ol>
        <p>
          <strong>{say("open.calls_nobody")}</strong>
        </p>
      </Section>
      {isMissing && <p role="alert">{say("missing")}</p>}
      {problem && <p role="alert">{overrideProblem(problem)}</p>}
      <p>
        <Button type="submit" look="careful" disabled={busy}>
          {say("open.do")}
        </Button>
      </p>
    </form>
  )
}

interface AreaProps {
  readonly label: string
  readonly hint: string
  readonly value: string
  readonly onInput: (value: string) => void
}

function Area({ label, hint, value, onInput }: AreaProps) {
  const id = useId()
  return (
    <div class={deskCss.field}>
      <label for={id} class={css.label}>
        {label}
      </label>
      <p class={deskCss.faint} id={`${id}-hint`}>
        {hint}
      </p>
      <textarea
        id={id}
        dir="auto"
        rows={4}
        value={value}
        aria-describedby={`${id}-hint`}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </div>
  )
}

/** To the talk of who is in it; a supervisor who is not has none to go back to. */
function backOf(desk: Desk, held: string): string {
  const isIn = desk.view.value?.cases.some((each) => each.case === held && each.role !== null) === true
  return isIn ? `#/desk/case/${held}` : "#/desk/overrides"
}

/** What is sent, once nothing is missing. */
function wholeOf({ request, basis, to, informed, ...texts }: Drafting): OverrideDraft | undefined {
  const [statement, released, whyNot] = [texts.statement.trim(), texts.released.trim(), texts.whyNot.trim()]
  const isWhole = statement !== "" && released !== "" && to !== "" && (informed !== "no" || whyNot !== "")
  if (!isWhole || basis === "" || informed === "") return undefined
  return { request, basis, to, statement, released, whyNot: informed === "no" ? whyNot : undefined }
}
