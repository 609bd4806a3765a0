import type { PlanBook } from "../../state/plan-models"
import { Button } from "../parts/Button"
import { problemText } from "../parts/problems"
import { useAsking } from "../parts/useAsking"
import { words } from "../words"
import css from "./Plan.module.css"
import { say } from "./words"

export interface ReviewedProps {
  readonly book: PlanBook
  readonly canWrite: boolean
  /** One's own: nobody else was there. */
  readonly own?: boolean
}

/** When somebody last went through the plan with the person, as after a crisis. */
export function Reviewed({ book, canWrite, own = false }: ReviewedProps) {
  const { busy, problem, ask } = useAsking()
  const { lines, reviewedAt } = book.plan.value
  if (lines.length === 0) return null
  const when = reviewedAt && words().date(reviewedAt, { dateStyle: "long" })
  return (
    <div class={css.head}>
      <p role="status">{when === undefined ? say("plan.reviewed.never") : say("plan.reviewed", { when })}</p>
      {canWrite && (
        <div>
          <Button disabled={busy} onClick={() => void ask(() => book.review(say("plan.said.reviewed")))}>
            {say(own ? "plan.review.own" : "plan.review")}
          </Button>
        </div>
      )}
      {problem && <p role="alert">{problemText(problem)}</p>}
    </div>
  )
}
