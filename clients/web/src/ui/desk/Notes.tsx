import { useEffect, useRef, useState } from "preact/hooks"
import { type CaseNotes, CHECKS, type Desk, NO_NOTES, toggled } from "../../state/desk-models"
import type { Problem } from "../../state/models"
import css from "./Case.module.css"
import deskCss from "./Desk.module.css"
import { deskProblem, say } from "./words"

const PAUSE_MS = 500

/** Notes for oneself and the list for the end; both stay, sealed, on this device. */
export function Notes({ desk, held }: { readonly desk: Desk; readonly held: string }) {
  const { notes, problem, isKept, change } = useNotes(desk, held)
  return (
    <div class={css.form}>
      <label class={deskCss.field}>
        <span>{say("notes.label")}</span>
        <textarea
          dir="auto"
          rows={4}
          value={notes.text}
          onInput={(event) => change({ ...notes, text: event.currentTarget.value })}
        />
      </label>
      <fieldset class={css.checks}>
        <legend>{say("checks.title")}</legend>
        {CHECKS.map((each) => (
          <label key={each}>
            <input
              type="checkbox"
              checked={notes.checked.includes(each)}
              onChange={() => change(toggled(notes, each))}
            />
            <span>{say(`check.${each}`)}</span>
          </label>
        ))}
      </fieldset>
      <p class={deskCss.faint} role="status">
        {problem ? deskProblem(problem) : say(isKept ? "notes.kept" : "notes.keeping")}
      </p>
    </div>
  )
}

/** What is noted, stored a moment after the last change and when the screen is left. */
function useNotes(desk: Desk, held: string) {
  const [notes, setNotes] = useState<CaseNotes>(NO_NOTES)
  const [problem, setProblem] = useState<Problem>()
  const [isKept, setKept] = useState(true)
  const waiting = useRef<CaseNotes | undefined>(undefined)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const store = () => {
    clearTimeout(timer.current)
    const due = waiting.current
    waiting.current = undefined
    if (due === undefined) return
    void desk.keepNotes(held, due).then((outcome) => {
      setProblem(outcome.done ? undefined : outcome.problem)
      // Another key may have been pressed meanwhile.
      setKept(waiting.current === undefined)
    })
  }
  useEffect(() => {
    void desk.notesOf(held).then((kept) => {
      // Who was faster than the store has written more.
      if (waiting.current === undefined) setNotes(kept)
    })
    const ending = new AbortController()
    document.addEventListener("visibilitychange", store, { signal: ending.signal })
    return () => {
      ending.abort()
      store()
    }
  }, [desk, held])
  const change = (next: CaseNotes) => {
    setNotes(next)
    setKept(false)
    waiting.current = next
    clearTimeout(timer.current)
    timer.current = setTimeout(store, PAUSE_MS)
  }
  return { notes, problem, isKept, change }
}
