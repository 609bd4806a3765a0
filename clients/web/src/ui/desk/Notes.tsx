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
          readOnly={notes === undefined}
          value={notes?.text ?? ""}
          onInput={(event) => {
            const text = event.currentTarget.value
            change((before) => ({ ...before, text }))
          }}
        />
      </label>
      <fieldset class={css.checks} disabled={notes === undefined}>
        <legend>{say("checks.title")}</legend>
        {CHECKS.map((each) => (
          <label key={each}>
            <input
              type="checkbox"
              checked={notes?.checked.includes(each) ?? false}
              onChange={() => change((before) => toggled(before, each))}
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

/**
 * What is noted, stored a moment after the last change and when the screen is left.
 *
 * Nothing can be changed before what is kept has been read: a late answer would wipe what was
 * written meanwhile, and what was written would wipe what is kept.
 */
function useNotes(desk: Desk, held: string) {
  const [notes, setNotes] = useState<CaseNotes>()
  const [problem, setProblem] = useState<Problem>()
  const [isKept, setKept] = useState(true)
  // Two changes may come before the next drawing: the second builds on the first, not on what is drawn.
  const newest = useRef(NO_NOTES)
  const waiting = useRef<CaseNotes | undefined>(undefined)
  const writes = useRef(0)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const store = () => {
    clearTimeout(timer.current)
    const due = waiting.current
    waiting.current = undefined
    if (due === undefined) return
    writes.current += 1
    void desk.keepNotes(held, due).then((outcome) => {
      writes.current -= 1
      setProblem(outcome.done ? undefined : outcome.problem)
      setKept(waiting.current === undefined && writes.current === 0)
    })
  }
  useEffect(() => {
    const ending = new AbortController()
    void desk.notesOf(held).then((kept) => {
      if (ending.signal.aborted) return
      newest.current = kept
      setNotes(kept)
    })
    document.addEventListener("visibilitychange", store, { signal: ending.signal })
    return () => {
      ending.abort()
      store()
    }
  }, [desk, held])
  const change = (changed: (notes: CaseNotes) => CaseNotes) => {
    newest.current = changed(newest.current)
    setNotes(newest.current)
    setKept(false)
    waiting.current = newest.current
    clearTimeout(timer.current)
    timer.current = setTimeout(store, PAUSE_MS)
  }
  return { notes, problem, isKept, change }
}
