import { useState } from "preact/hooks"
import type { Desk, DeskCase } from "../../state/desk-models"
import { NumbersOf } from "../help/Numbers"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { Field } from "../parts/Field"
import { useAsking } from "../parts/useAsking"
import { AskForBackUp } from "./BackUp"
import { bandWord, BANDS } from "./Band"
import css from "./Case.module.css"
import { CaseOverride } from "./CaseOverride"
import { Facts, nameOf } from "./Facts"
import { HandOver } from "./HandOver"
import { Notes } from "./Notes"
import { StepOut } from "./StepOut"
import { deskProblem, say } from "./words"

interface CaseToolsProps {
  readonly desk: Desk
  readonly held: DeskCase
  /** To read beside the talk, or in its place where there is no room. */
  readonly cards: preact.ComponentChildren
  readonly places: preact.ComponentChildren
}

/** What can be done for a case, beside talking. */
export function CaseTools({ desk, held, cards, places }: CaseToolsProps) {
  const isHolder = held.role === "holder"
  return (
    <div class={css.tools}>
      <Facts about={held} />
      {isHolder && <AskForBackUp desk={desk} held={held} />}
      <Tool title={say("notes.title")} open>
        <Notes key={held.case} desk={desk} held={held.case} />
      </Tool>
      <Tool title={say("cards.title")}>{cards}</Tool>
      <Tool
        title={
          held.region === "" ? say("numbers.title") : say("numbers.of", { country: nameOf("region", held.region) })
        }
      >
        <NumbersOf region={held.region} />
      </Tool>
      <Tool title={say("places.title")}>{places}</Tool>
      {(isHolder || held.role === "guest") && held.band < 4 && (
        <Tool title={say("lower.title")}>
          <Lower desk={desk} held={held} />
        </Tool>
      )}
      {isHolder && (
        <Tool title={say("handover.title")}>
          <HandOver desk={desk} held={held} />
        </Tool>
      )}
      {held.role === "guest" && (
        <Tool title={say("leave.title")}>
          <StepOut desk={desk} held={held} />
        </Tool>
      )}
      {(isHolder || held.role === "guest") && (
        <Tool title={say("override.title")}>
          <CaseOverride desk={desk} held={held} />
        </Tool>
      )}
      {isHolder && (
        <Tool title={say("end.title")}>
          <End desk={desk} held={held} />
        </Tool>
      )}
    </div>
  )
}

interface ToolProps {
  readonly title: string
  readonly children: preact.ComponentChildren
  readonly open?: boolean
}

function Tool({ title, children, open = false }: ToolProps) {
  return (
    <details class={css.tool} open={open}>
      <summary>{title}</summary>
      <div class={css.toolInside}>{children}</div>
    </details>
  )
}

interface Held {
  readonly desk: Desk
  readonly held: DeskCase
}

function Lower({ desk, held }: Held) {
  const lower = BANDS.filter((band) => band > held.band)
  // Until somebody chooses, it is the next one of what the case is now, and not of what it was.
  const [chosen, setChosen] = useState<number>()
  const band = Math.max(chosen ?? 0, held.band + 1)
  const [reason, setReason] = useState("")
  const { busy, problem, ask } = useAsking()
  return (
    <form
      class={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        void ask(() => desk.lower(held.case, band, reason.trim()))
      }}
    >
      <Choice
        label={say("lower.to")}
        value={String(band)}
        options={lower.map((each) => [String(each), `A${each} ${bandWord(each)}`] as const)}
        onChange={(value) => setChosen(Number(value))}
      />
      <Field
        label={say("reason")}
        hint={say("reason.hint")}
        value={reason}
        onInput={setReason}
        required
        maxLength={500}
      />
      <Button type="submit" disabled={busy}>
        {say("lower.do")}
      </Button>
      {problem && <p role="alert">{deskProblem(problem)}</p>}
    </form>
  )
}

function End({ desk, held }: Held) {
  const { busy, problem, ask } = useAsking()
  return (
    <div class={css.form}>
      <p>{say("end.hint")}</p>
      <Button look="careful" disabled={busy} onClick={() => void ask(() => desk.finish(held))}>
        {say("end.do")}
      </Button>
      {problem && <p role="alert">{deskProblem(problem)}</p>}
    </div>
  )
}
