import { useEffect } from "preact/hooks"
import { grouped } from "../../state/application-rules"
import type { ReviewCase, Reviewing } from "../../state/review-models"
import { Notice } from "../parts/Notice"
import { Screen, Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { Asking } from "./Asking"
import css from "./Credentials.module.css"
import { Decision } from "./Decision"
import { ReviewedCard } from "./ReviewedCard"
import { dayOfMoment } from "./said"
import { nameOf, say } from "./words"

export interface ReviewCaseScreenProps {
  readonly reviewing: Reviewing
  readonly id: string
}

/** One application in front of whoever reviews it. */
export function ReviewCaseScreen({ reviewing, id }: ReviewCaseScreenProps) {
  const { busy, problem, ask } = useAsking()
  const look = () => void ask(() => reviewing.see(id))
  useEffect(look, [reviewing, id])
  const current = reviewing.current.value
  const shown = current?.application === id ? current : undefined
  return (
    <Screen title={shown ? nameOf(`type.${shown.type}`, shown.type) : say("review.one")} back="#/review">
      <Asking isOpen={shown === undefined} busy={busy} problem={problem} onAgain={look} />
      {shown && <Shown reviewing={reviewing} shown={shown} />}
    </Screen>
  )
}

interface ShownProps {
  readonly reviewing: Reviewing
  readonly shown: ReviewCase
}

function Shown({ reviewing, shown }: ShownProps) {
  const { handle, submittedAt, needs, mine, others, signedOff } = shown
  return (
    <>
      <p>{say("review.of", { name: handle, day: dayOfMoment(submittedAt) })}</p>
      {mine !== "open" && (
        <Notice look="plain" live>
          <p>{decidedWords(shown)}</p>
        </Notice>
      )}
      <Section title={say("other.title")}>
        <p>{say("signed.so_far", { count: signedOff })}</p>
        {mine === "open" && <p class={css.faint}>{say("other.later")}</p>}
        {others.map((each, index) => (
          <p key={index}>{say(each === "refused" ? "other.refused" : "other.signed")}</p>
        ))}
      </Section>
      {grouped(needs).map(([group, points]) => (
        <Section key={group} title={group === undefined ? say("needs.title") : nameOf(`group.${group}`, group)}>
          <ul role="list" class={css.rows}>
            {points.map((each) => (
              <li key={each.need} class={css.sheet} data-need={each.need}>
                <ReviewedCard reviewing={reviewing} shown={shown} need={each} />
              </li>
            ))}
          </ul>
        </Section>
      ))}
      {mine === "open" && <Decision reviewing={reviewing} shown={shown} />}
    </>
  )
}

/** What comes of all decisions, as far as they were made. */
function decidedWords({ mine, others, standing }: ReviewCase): string {
  if (standing === "approved") return say("decided.both")
  if (standing === "refused") return say("decided.refused_both")
  if (others.length > 0) return say("decided.split")
  return say(mine === "refused" ? "decided.refused" : "decided.signed")
}
