import { useEffect, useRef, useState } from "preact/hooks"
import type { ReviewCase, ReviewedNeed, Reviewing } from "../../state/review-models"
import { Button } from "../parts/Button"
import { minutesWords } from "../times"
import css from "./Credentials.module.css"
import { Evidence } from "./Evidence"
import { Found, NeedTop } from "./NeedCard"
import { calendarDay } from "./said"
import { VerdictForm } from "./VerdictForm"
import { nameOf, say } from "./words"

export interface ReviewedCardProps {
  readonly reviewing: Reviewing
  readonly shown: ReviewCase
  readonly need: ReviewedNeed
}

/** One point: what was given for it, and what whoever reviews has noted. */
export function ReviewedCard({ reviewing, shown, need }: ReviewedCardProps) {
  const [isWriting, setWriting] = useState(false)
  const opener = useRef<HTMLParagraphElement>(null)
  const wasWriting = useRef(false)
  useEffect(() => {
    if (wasWriting.current && !isWriting) opener.current?.querySelector("button")?.focus()
    wasWriting.current = isWriting
  }, [isWriting])
  const { mine, since, minutes, documents, others } = need
  const name = nameOf(`need.${need.need}`, need.need)
  const canNote = shown.mine === "open"
  return (
    <>
      <NeedTop need={{ ...need, state: stateOf(need) }} forReview />
      {since !== undefined && <p>{say("stated", { day: calendarDay(since) })}</p>}
      {minutes !== undefined && (
        <p>{say("training.of", { done: minutesWords(minutes.done), needed: minutesWords(minutes.needed) })}</p>
      )}
      {documents.map((each) => (
        <Evidence key={each.document} reviewing={reviewing} application={shown.application} shown={each} />
      ))}
      {mine !== undefined && <Found finding={mine} />}
      {others !== undefined && <p class={css.faint}>{say(others ? "others.met" : "others.not_met")}</p>}
      {canNote && !isWriting && (
        <p ref={opener}>
          <Button
            expanded={false}
            label={say(mine === undefined ? "note.do.of" : "note.change.of", { name })}
            onClick={() => setWriting(true)}
          >
            {say(mine === undefined ? "note.do" : "note.change")}
          </Button>
        </p>
      )}
      {canNote && isWriting && (
        <VerdictForm
          before={mine}
          name={name}
          keep={(verdict) => reviewing.note(shown.application, need.need, verdict)}
          onClose={() => setWriting(false)}
        />
      )}
    </>
  )
}

/** As whoever reviews has noted it, once they have. */
const stateOf = ({ mine, state }: ReviewedNeed) => (mine === undefined ? state : mine.met ? "met" : "not_met")
