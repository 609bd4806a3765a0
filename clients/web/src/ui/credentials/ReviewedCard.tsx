import { useEffect, useRef, useState } from "preact/hooks"
import type { Need } from "../../state/application-models"
import type { ReviewCase, Reviewing } from "../../state/review-models"
import { Button } from "../parts/Button"
import { minutesWords } from "../times"
import { Evidence } from "./Evidence"
import { Found, NeedTop } from "./NeedCard"
import { calendarDay } from "./said"
import { VerdictForm } from "./VerdictForm"
import { needName, say } from "./words"

export interface ReviewedCardProps {
  readonly reviewing: Reviewing
  readonly shown: ReviewCase
  readonly need: Need
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
  const { finding, since, minutes, documents } = need
  const name = needName(need.need)
  const canNote = shown.mine === "open" && (need.way === "statement" || need.way === "document")
  return (
    <>
      <NeedTop need={need} forReview />
      {since !== undefined && <p>{say("stated", { day: calendarDay(since) })}</p>}
      {minutes !== undefined && (
        <p>{say("training.of", { done: minutesWords(minutes.done), needed: minutesWords(minutes.needed) })}</p>
      )}
      {documents.map((each) => (
        <Evidence key={each.document} reviewing={reviewing} application={shown.application} shown={each} />
      ))}
      {finding !== undefined && <Found finding={finding} />}
      {canNote && !isWriting && (
        <p ref={opener}>
          <Button
            expanded={false}
            label={say(finding === undefined ? "note.do.of" : "note.change.of", { name })}
            onClick={() => setWriting(true)}
          >
            {say(finding === undefined ? "note.do" : "note.change")}
          </Button>
        </p>
      )}
      {canNote && isWriting && (
        <VerdictForm
          need={need}
          name={name}
          keep={(verdict) => reviewing.note(shown.application, need.need, verdict)}
          onClose={() => setWriting(false)}
        />
      )}
    </>
  )
}
