import type { Award, Deciding } from "../../state/reward-staff-models"
import { Button } from "../parts/Button"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { usePlace } from "../parts/usePlace"
import { say as sayHere } from "../words"
import { amountWords, dayWords, microOf, ruleName } from "./said"
import { rewardProblem, say } from "./words"

export interface AwardProps {
  readonly deciding: Deciding
  readonly shown: Award
}

/** An amount that somebody proposes, and who stands for it. */
export function AwardCard({ deciding, shown }: AwardProps) {
  const { award, name, isOwn, rule, amountMvt, reason, state, approvals, mine, at } = shown
  const { busy, problem, ask } = useAsking()
  const place = usePlace(`${state} ${mine}`)
  const title = ruleName(rule)
  return (
    <>
      <div ref={place} tabIndex={-1} class={css.line}>
        <h3 class={css.grow}>{title}</h3>
        <span class={css.state}>{say(`award.${state}`)}</span>
      </div>
      <p>
        <bdi>{name}</bdi>
        {` · ${amountWords(microOf(amountMvt))} · ${dayWords(at)}`}
      </p>
      <p dir="auto">{reason}</p>
      {state === "proposed" && <p class={css.faint}>{say("award.so_far", { count: approvals })}</p>}
      {state === "proposed" && mine && <p>{say("award.mine")}</p>}
      {state === "proposed" && isOwn && <p>{say("award.own")}</p>}
      {state === "proposed" && (
        <p class={css.line}>
          {!mine && !isOwn && (
            <Button
              disabled={busy}
              label={say("award.approve.of", { name, rule: title })}
              onClick={() => void ask(() => deciding.approve(award))}
            >
              {busy ? sayHere("busy") : say("award.approve")}
            </Button>
          )}
          <Button
            look="quiet"
            disabled={busy}
            label={say("award.refuse.of", { name, rule: title })}
            onClick={() => void ask(() => deciding.refuse(award))}
          >
            {say("award.refuse")}
          </Button>
        </p>
      )}
      {problem && <p role="alert">{rewardProblem(problem)}</p>}
    </>
  )
}
