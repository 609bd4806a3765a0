import { useId, useLayoutEffect, useRef, useState } from "preact/hooks"
import type { Note } from "../../state/models"
import { graphemes } from "../graphemes"
import { Button } from "../parts/Button"
import { problemText } from "../parts/problems"
import { Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { say } from "../words"
import { Meanwhile } from "./Meanwhile"
import css from "./Session.module.css"
import { opener, type PartProps } from "./editing"
import { useUndo } from "./useUndo"

const MOST_CHARACTERS = 4_000
/** Of a note, to name it. */
const NAMED = 40

/** Texts that everybody in the conversation can change. */
export function Notes(part: PartProps) {
  const { conversation, editing, edit, canWrite } = part
  const { problem, ask } = useAsking()
  const { notes } = conversation.sessionPage.value
  const undo = useUndo((id) => {
    void ask(() => conversation.plan({ kind: "note", id, text: "" }, say("notes.said.removed")))
  })
  const isEditing = (id?: string) => editing?.kind === "note" && editing.id === id
  return (
    <Section title={say("notes.title")}>
      {notes.length === 0 && <p>{say("notes.none")}</p>}
      {notes.length > 0 && (
        <ul role="list" class={css.list}>
          {notes.map((note) => (
            <li key={note.id}>
              {isEditing(note.id) ? <NoteForm {...part} note={note} /> : <Card part={part} note={note} undo={undo} />}
            </li>
          ))}
        </ul>
      )}
      {isEditing() ? (
        <NoteForm {...part} note={undefined} />
      ) : (
        canWrite && (
          <p data-opens={opener({ kind: "note" })}>
            <Button onClick={() => edit({ kind: "note" })}>{say("notes.new")}</Button>
          </p>
        )
      )}
      {problem && <p role="alert">{problemText(problem)}</p>}
    </Section>
  )
}

interface CardProps {
  readonly part: PartProps
  readonly note: Note
  readonly undo: ReturnType<typeof useUndo>
}

function Card({ part: { edit, canWrite }, note, undo }: CardProps) {
  const editing = { kind: "note", id: note.id } as const
  const isLeaving = undo.waiting.has(note.id)
  const line = graphemes(note.text, NAMED).join("")
  return (
    <div class={css.card}>
      <p role="status" class={css.state}>
        {isLeaving && say("notes.removed")}
      </p>
      {!isLeaving && (
        <p class={css.note} dir="auto">
          {note.text}
        </p>
      )}
      <p class={css.facts}>{say("notes.by", { name: note.by })}</p>
      {note.pending && <p class={css.facts}>{say("message.saved")}</p>}
      {canWrite && (
        <div class={css.actions}>
          {isLeaving ? (
            <Button onClick={() => undo.keep(note.id)}>{say("undo")}</Button>
          ) : (
            <>
              <span data-opens={opener(editing)}>
                <Button label={say("session.change.it", { line })} onClick={() => edit(editing)}>
                  {say("session.change")}
                </Button>
              </span>
              <Button look="quiet" label={say("notes.remove.it", { line })} onClick={() => undo.begin(note.id)}>
                {say("notes.remove")}
              </Button>
            </>
          )}
        </div>
      )}
    </div>
  )
}

function NoteForm({ conversation, edit, note }: PartProps & { readonly note: Note | undefined }) {
  const [begun] = useState(note)
  const [text, setText] = useState(begun?.text ?? "")
  const { busy, problem, ask } = useAsking()
  const id = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  useLayoutEffect(() => field.current?.focus(), [])
  const save = async () => {
    const change = { kind: "note", id: begun?.id, text: text.trim() } as const
    const outcome = await ask(() => conversation.plan(change, say("notes.said", { text: change.text })))
    if (outcome.done) edit(undefined)
  }
  return (
    <form
      class={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() !== "") void save()
      }}
    >
      <div class={css.range}>
        <label for={id}>{say("notes.text")}</label>
        <textarea
          ref={field}
          id={id}
          class={css.area}
          dir="auto"
          maxLength={MOST_CHARACTERS}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </div>
      <Meanwhile begun={begun} current={note} />
      {problem && <p role="alert">{problemText(problem)}</p>}
      <div class={css.actions}>
        <Button type="submit" look="main" disabled={busy || text.trim() === ""}>
          {say(busy ? "busy" : "session.save")}
        </Button>
        <Button onClick={() => edit(undefined)}>{say("session.stop")}</Button>
      </div>
    </form>
  )
}
