import { useState } from "preact/hooks"
import type { Conversation } from "../../state/models"
import type { PlanBook, PlanLine } from "../../state/plan-models"
import { Button } from "../parts/Button"
import { problemText } from "../parts/problems"
import { useAsking } from "../parts/useAsking"
import css from "./Plan.module.css"
import { PlanParts } from "./PlanParts"
import { Reviewed } from "./Reviewed"
import { say } from "./words"

export interface SharedPlanProps {
  readonly conversation: Conversation
  /** Whether the plan may become, or come from, one's own: not for those who answer for a living. */
  readonly withOwn?: boolean
  /** Whether its headings stand below one of the place around it. */
  readonly inside?: boolean
}

/** The safety plan of a conversation, for both sides; to be placed beside the chat. */
export function SharedPlan({ conversation, withOwn = true, inside = true }: SharedPlanProps) {
  const { safetyPlan, ownPlan } = conversation
  const { standing } = conversation.encryption.value
  const canWrite = standing !== "left" && standing !== "broken"
  return (
    <div class={css.plan} data-plan="shared">
      <div class={css.head}>
        <p>{say("plan.lead.shared")}</p>
        {withOwn && canWrite && <Move from={ownPlan} to={safetyPlan} kind="share" />}
        {withOwn && <Move from={safetyPlan} to={ownPlan} kind="keep" />}
        <Reviewed book={safetyPlan} canWrite={canWrite} />
      </div>
      <PlanParts book={safetyPlan} canWrite={canWrite} inside={inside} />
    </div>
  )
}

interface MoveProps {
  readonly from: PlanBook
  readonly to: PlanBook
  readonly kind: "share" | "keep"
}

/** From one plan into another, only when somebody presses it. */
function Move({ from, to, kind }: MoveProps) {
  const [isDone, setDone] = useState(false)
  const { busy, problem, ask } = useAsking()
  const missing = missingIn(to.plan.value.lines, from.plan.value.lines)
  const move = async () => {
    const { done } = await ask(() => to.write(missing, say("plan.said.many")))
    setDone(done)
  }
  const isMoved = isDone && missing.length === 0
  return (
    <div class={css.head}>
      {missing.length > 0 && (
        <div class={css.move}>
          <Button disabled={busy} onClick={() => void move()}>
            {say(`plan.${kind}`)}
          </Button>
          <p class={css.facts}>{say(`plan.${kind}.text`)}</p>
        </div>
      )}
      <p role="status" class={css.status}>
        {isMoved && say(kind === "share" ? "plan.shared" : "plan.kept")}
      </p>
      {problem && <p role="alert">{problemText(problem)}</p>}
    </div>
  )
}

/** What the other plan does not say, or says otherwise. */
function missingIn(there: readonly PlanLine[], here: readonly PlanLine[]): readonly PlanLine[] {
  const texts = new Map(there.map(({ line, text }) => [line, text]))
  return here.filter(({ line, text }) => texts.get(line) !== text)
}
