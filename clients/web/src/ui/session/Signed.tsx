import { useRef } from "preact/hooks"
import type { GoalClaim, GoalSigning, GoalStep } from "../../state/goal-models"
import { GOAL_STEPS, signable } from "../../state/goal-rules"
import type { Goal } from "../../state/models"
import { Button } from "../parts/Button"
import { problemText } from "../parts/problems"
import { useAsking } from "../parts/useAsking"
import { say, words } from "../words"
import css from "./Session.module.css"

export interface SignedProps {
  readonly signing: GoalSigning
  readonly goal: Goal
  /** Handle of the other one of the two. */
  readonly other: string
  readonly canWrite: boolean
}

/** What both have signed of a goal, what waits for one of them, and what can be signed now. */
export function Signed({ signing, goal, other, canWrite }: SignedProps) {
  const { busy, problem, ask } = useAsking()
  const said = useRef<HTMLDivElement>(null)
  const claims = signing.claims.value?.filter((each) => each.goal === goal.id)
  if (claims === undefined) return null
  const steps = canWrite ? signable(goal, claims) : []
  if (claims.length === 0 && steps.length === 0) return null
  const isTheirs = (step: GoalStep) => claims.some((each) => each.step === step && each.isTheirs)
  const sign = async (step: GoalStep) => {
    const { done } = await ask(() => signing.sign(goal.id, step))
    // The button is gone.
    if (done) said.current?.focus()
  }
  return (
    <div ref={said} tabIndex={-1} class={css.signed}>
      {GOAL_STEPS.flatMap((step) => claims.find((each) => each.step === step) ?? []).map((claim) => (
        <p key={claim.step} class={css.facts}>
          {claimText(claim, other)}
        </p>
      ))}
      {steps.length > 0 && (
        <div class={css.actions} data-part="sign">
          {steps.map((step) => {
            const text = say(isTheirs(step) ? `goals.confirm.${step}` : `goals.sign.${step}`)
            return (
              <Button
                key={step}
                disabled={busy}
                label={say("goals.sign.of", { what: text, title: goal.title })}
                onClick={() => void sign(step)}
              >
                {text}
              </Button>
            )
          })}
        </div>
      )}
      {problem && <p role="alert">{problemText(problem)}</p>}
    </div>
  )
}

function claimText({ step, isMine, isTheirs, on }: GoalClaim, name: string): string {
  if (!isMine) return say(`goals.theirs.${step}`, { name })
  if (!isTheirs) return say(`goals.mine.${step}`, { name })
  return say(`goals.both.${step}`, { day: words().date(on, { dateStyle: "long", timeZone: "UTC" }) })
}
