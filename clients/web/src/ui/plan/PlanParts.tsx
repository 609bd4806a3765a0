import { useEffect, useRef, useState } from "preact/hooks"
import {
  MAX_PLAN_LINE_CHARACTERS,
  PLAN_PARTS,
  type PlanBook,
  type PlanLine,
  type PlanPart,
} from "../../state/plan-models"
import { announce } from "../announce"
import { Button } from "../parts/Button"
import { Field } from "../parts/Field"
import { problemText } from "../parts/problems"
import { useAsking } from "../parts/useAsking"
import { type Undo, useUndo } from "../session/useUndo"
import { say as sayShared } from "../words"
import css from "./Plan.module.css"
import { say } from "./words"

/** Of one part: more than anybody reads in a crisis. */
export const MOST_LINES = 12

export interface PlanPartsProps {
  readonly book: PlanBook
  /** Whether anything can be changed. */
  readonly canWrite: boolean
  /** Whether the headings stand below one of their own. */
  readonly inside?: boolean
}

/** The six parts of a plan: to be read, and once somebody wants to, to add, change and remove lines. */
export function PlanParts({ book, canWrite, inside = false }: PlanPartsProps) {
  const [chosen, edit] = useState<boolean>()
  const { lines } = book.plan.value
  const isEditing = canWrite && (chosen ?? lines.length === 0)
  const parts = isEditing ? PLAN_PARTS : PLAN_PARTS.filter((part) => lines.some((line) => line.part === part))
  return (
    <div class={css.plan}>
      {parts.length === 0 && <p class={css.facts}>{say("plan.empty")}</p>}
      {parts.map((part) => (
        <Part key={part} book={book} part={part} isEditing={isEditing} inside={inside} begin={() => edit(true)} />
      ))}
      {canWrite && lines.length > 0 && (
        <div data-edit>
          <Button pressed={isEditing} onClick={() => edit(!isEditing)}>
            {say("plan.edit")}
          </Button>
        </div>
      )}
    </div>
  )
}

interface PartProps {
  readonly book: PlanBook
  readonly part: PlanPart
  readonly isEditing: boolean
  readonly inside: boolean
  /** What is written from here on is not the last. */
  readonly begin: () => void
}

function Part({ book, part, isEditing, inside, begin }: PartProps) {
  const lines = book.plan.value.lines.filter((line) => line.part === part)
  const [changing, change] = useState<string>()
  const { problem, ask } = useAsking()
  const latest = useRef(lines)
  latest.current = lines
  const undo = useUndo((line) => {
    const found = latest.current.find((each) => each.line === line)
    if (found) void ask(() => book.write([{ ...found, text: "" }], say("plan.said.removed")))
  })
  const Heading = inside ? "h3" : "h2"
  return (
    <section class={css.part} data-part={part}>
      <Heading>{say(`plan.part.${part}`)}</Heading>
      {isEditing && <p class={css.hint}>{say(`plan.part.${part}.hint`)}</p>}
      {lines.length > 0 && (
        <ul role="list" class={css.lines}>
          {lines.map((line) => (
            <li key={line.line} class={css.row}>
              {changing === line.line ? (
                <LineForm book={book} line={line} close={() => change(undefined)} />
              ) : (
                <Line line={line} canWrite={isEditing} undo={undo} onChange={() => change(line.line)} />
              )}
            </li>
          ))}
        </ul>
      )}
      {isEditing &&
        (lines.length < MOST_LINES ? <NewLine book={book} part={part} begin={begin} /> : <p>{say("plan.full")}</p>)}
      {problem && <p role="alert">{problemText(problem)}</p>}
    </section>
  )
}

interface LineProps {
  readonly line: PlanLine
  readonly canWrite: boolean
  readonly undo: Undo
  readonly onChange: () => void
}

function Line({ line: { line, text, by, pending }, canWrite, undo, onChange }: LineProps) {
  const isLeaving = undo.waiting.has(line)
  return (
    <>
      <p role="status" class={css.status}>
        {isLeaving && say("plan.removed")}
      </p>
      {!isLeaving && (
        <p class={css.text} dir="auto">
          {text}
        </p>
      )}
      {by !== "" && <p class={css.facts}>{say("plan.by", { name: by })}</p>}
      {pending && <p class={css.facts}>{sayShared("message.saved")}</p>}
      {canWrite && (
        <div class={css.actions} data-line={line}>
          {isLeaving ? (
            <Button onClick={() => undo.keep(line)}>{sayShared("undo")}</Button>
          ) : (
            <>
              <Button look="quiet" label={say("plan.change.it", { line: text })} onClick={onChange}>
                {say("plan.change")}
              </Button>
              <Button look="quiet" label={say("plan.remove.it", { line: text })} onClick={() => undo.begin(line)}>
                {say("plan.remove")}
              </Button>
            </>
          )}
        </div>
      )}
    </>
  )
}

interface LineFormProps {
  readonly book: PlanBook
  readonly line: PlanLine
  readonly close: () => void
}

function LineForm({ book, line, close }: LineFormProps) {
  const [text, setText] = useState(line.text)
  const { busy, problem, ask } = useAsking()
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    const list = form.current?.closest("section")
    form.current?.querySelector("input")?.focus()
    // The focus goes back to the button that opened this.
    return () =>
      requestAnimationFrame(() => list?.querySelector<HTMLElement>(`[data-line="${line.line}"] button`)?.focus())
  }, [])
  const save = async () => {
    const changed = text.trim()
    const said = say("plan.said", { text: changed })
    const { done } = await ask(() => book.write([{ line: line.line, part: line.part, text: changed }], said))
    if (done) close()
  }
  return (
    <form
      ref={form}
      class={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() !== "") void save()
      }}
    >
      <Field
        label={say("plan.text")}
        value={text}
        onInput={setText}
        maxLength={MAX_PLAN_LINE_CHARACTERS}
        autocomplete="off"
      />
      {problem && <p role="alert">{problemText(problem)}</p>}
      <div class={css.actions}>
        <Button type="submit" disabled={busy || text.trim() === ""}>
          {say("plan.save")}
        </Button>
        <Button look="quiet" onClick={close}>
          {say("plan.cancel")}
        </Button>
      </div>
    </form>
  )
}

function NewLine({ book, part, begin }: Pick<PartProps, "book" | "part" | "begin">) {
  const [text, setText] = useState("")
  const { busy, problem, ask } = useAsking()
  const add = async () => {
    begin()
    const line = { line: crypto.randomUUID(), part, text: text.trim() }
    const { done } = await ask(() => book.write([line], say("plan.said", { text: line.text })))
    if (!done) return
    setText("")
    announce(say("plan.added", { line: line.text }))
  }
  return (
    <form
      class={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() !== "" && !busy) void add()
      }}
    >
      <Field
        label={say("plan.line", { part: say(`plan.part.${part}`) })}
        value={text}
        onInput={setText}
        maxLength={MAX_PLAN_LINE_CHARACTERS}
        autocomplete="off"
      />
      {problem && <p role="alert">{problemText(problem)}</p>}
      <div>
        <Button type="submit" label={`${say("plan.add")}: ${say(`plan.part.${part}`)}`}>
          {say("plan.add")}
        </Button>
      </div>
    </form>
  )
}
