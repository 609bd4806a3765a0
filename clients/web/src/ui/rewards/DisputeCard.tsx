import { useState } from "preact/hooks"
import type { Deciding, Dispute } from "../../state/reward-staff-models"
import { Button } from "../parts/Button"
import { Confirm } from "../parts/Confirm"
import css from "../parts/Sheets.module.css"
import { minutesWords } from "../times"
import { amountWords, dayWords, ruleName } from "./said"
import { rewardProblem, say } from "./words"

export interface DisputeProps {
  readonly deciding: Deciding
  readonly shown: Dispute
}

/** What somebody says is not right, and the two words that it can be answered with. */
export function DisputeCard({ deciding, shown }: DisputeProps) {
  const { name, entry, reason, at, mine, others } = shown
  const [asked, setAsked] = useState<"correct" | "keep">()
  const [rule, day] = [ruleName(entry.rule), dayWords(entry.at)]
  return (
    <>
      <div class={css.line}>
        <h3 class={css.grow}>{rule}</h3>
        <span class={css.state}>{say(`state.${entry.state}`)}</span>
      </div>
      <p>
        <bdi>{name}</bdi>
        {" · "}
        {entry.minutes > 0 ? say("entry.time.theirs", { day, time: minutesWords(entry.minutes) }) : day}
        {` · ${amountWords(entry.micro)}`}
      </p>
      <p dir="auto">{reason}</p>
      <p class={css.faint}>{say("dispute.since", { day: dayWords(at) })}</p>
      {others > 0 && <p class={css.faint}>{say("dispute.others", { count: others })}</p>}
      {mine !== undefined && <p>{say(mine ? "dispute.mine.correct" : "dispute.mine.keep")}</p>}
      <p class={css.line}>
        <Button label={say("dispute.correct.of", { name, rule })} onClick={() => setAsked("correct")}>
          {say("dispute.correct")}
        </Button>
        <Button label={say("dispute.keep.of", { name, rule })} onClick={() => setAsked("keep")}>
          {say("dispute.keep")}
        </Button>
      </p>
      {asked && (
        <Confirm
          title={say(`dispute.${asked}.title`)}
          label={say(`dispute.${asked}`)}
          run={() => deciding.decide(shown, asked === "correct")}
          problemText={rewardProblem}
          onClose={() => setAsked(undefined)}
        >
          <p>{say(`dispute.${asked}.text`)}</p>
        </Confirm>
      )}
    </>
  )
}
