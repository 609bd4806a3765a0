import { useEffect } from "preact/hooks"
import { grouped } from "../../state/application-rules"
import type { OtherReview, ReviewCase, Reviewing } from "../../state/review-models"
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
  const look = () => void ask(() => reviewing.look())
  useEffect(look, [reviewing])
  const current = reviewing.current.value
  const shown = current?.application === id ? current : undefined
  const isOpen = reviewing.waiting.value === undefined
  return (
    <Screen title={shown ? nameOf(`type.${shown.type}`, shown.type) : say("review.one")} back="#/review">
      <Asking isOpen={isOpen && shown === undefined} busy={busy} problem={problem} onAgain={look} />
      {!isOpen && shown === undefined && <p>{say("problem.not_found")}</p>}
      {shown && <Shown reviewing={reviewing} shown={shown} />}
    </Screen>
  )
}

interface ShownProps {
  readonly reviewing: Reviewing
  readonly shown: ReviewCase
}

function Shown({ reviewing, shown }: ShownProps) {
  const { handle, submittedAt, needs, mine, other } = shown
  return (
    <>
      <p>{say("review.of", { name: handle, day: dayOfMoment(submittedAt) })}</p>
      {mine !== "open" && (
        <Notice look="plain" live>
          <p>{decidedWords(shown)}</p>
        </Notice>
      )}
      <Section title={say("other.title")}>
        <p>{otherWords(other)}</p>
        {mine === "open" && <p class={css.faint}>{say("other.later")}</p>}
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

function otherWords(other: OtherReview): string {
  if ("at" in other) return say(`other.${other.kind}`, { day: dayOfMoment(other.at) })
  return say(`other.${other.kind}`)
}

/** What comes of both decisions, as far as they were made. */
function decidedWords({ mine, other }: ReviewCase): string {
  if (mine === "signed" && other.kind === "signed") return say("decided.both")
  if (mine === "refused" && other.kind === "refused") return say("decided.refused_both")
  if ("at" in other) return say("decided.split")
  return say(mine === "refused" ? "decided.refused" : "decided.signed")
}
