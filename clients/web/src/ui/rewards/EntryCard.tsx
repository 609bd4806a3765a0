import { useState } from "preact/hooks"
import { type Checked, checkReceipt } from "../../state/receipt-check"
import type { RewardEntry, RewardRoom } from "../../state/reward-models"
import { Button } from "../parts/Button"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { minutesWords } from "../times"
import { say as sayHere } from "../words"
import { Dispute } from "./Dispute"
import { ReceiptPart } from "./ReceiptPart"
import { amountWords, dayWords, ruleName } from "./said"
import { nameOf, rewardProblem, say } from "./words"

export interface EntryProps {
  readonly room: RewardRoom
  readonly shown: RewardEntry
}

/** One entry: the time first, then the amount; its receipt when somebody asks for it. */
export function EntryCard({ room, shown }: EntryProps) {
  const { entry, rule, at, minutes, state, micro, owedMicro, reason } = shown
  const [checked, setChecked] = useState<Checked>()
  const [disputes, setDisputes] = useState(false)
  const { busy, problem, ask } = useAsking()
  const [name, day] = [ruleName(rule), dayWords(at)]
  const isLookedAt = reason === "disputed" && state !== "voided" && state !== "corrected"
  const toggle = async () => {
    if (checked !== undefined) return setChecked(undefined)
    const { papers } = await ask(() => room.receipt(entry))
    if (papers !== undefined) setChecked(checkReceipt(papers, room.policyKey.value))
  }
  return (
    <>
      <div class={css.line}>
        <h2 class={css.grow}>{name}</h2>
        <span class={css.state}>{say(`state.${state}`)}</span>
      </div>
      <p>
        {minutes > 0 ? say("entry.time", { day, time: minutesWords(minutes) }) : day}
        {state !== "voided" && ` · ${amountWords(micro)}`}
      </p>
      {state !== "posted" && <p class={css.faint}>{say(`about.${state}`)}</p>}
      {isLookedAt && state !== "held" && <p class={css.faint}>{say("about.held")}</p>}
      {reason !== undefined && !isLookedAt && <p>{say("why", { reason: nameOf(`gate.${reason}`, reason) })}</p>}
      {owedMicro > 0n && <p>{say("owed", { amount: amountWords(owedMicro) })}</p>}
      <p class={css.line}>
        {hasReceipt(shown) && (
          <Button
            disabled={busy}
            expanded={checked !== undefined}
            label={say(checked === undefined ? "receipt.show.of" : "receipt.hide.of", { name, day })}
            onClick={() => void toggle()}
          >
            {busy ? sayHere("busy") : say(checked === undefined ? "receipt.show" : "receipt.hide")}
          </Button>
        )}
        {!isLookedAt && (state === "pending" || state === "posted" || state === "voided") && (
          <Button
            look="quiet"
            expanded={disputes}
            label={say("dispute.of", { name, day })}
            onClick={() => setDisputes(!disputes)}
          >
            {say("dispute")}
          </Button>
        )}
      </p>
      {problem && <p role="alert">{rewardProblem(problem)}</p>}
      {disputes && <Dispute room={room} entry={entry} isPending={state === "pending"} />}
      {checked && <ReceiptPart checked={checked} />}
    </>
  )
}

/** There is one of what was settled with its week, and of nothing else. */
function hasReceipt({ state, reason }: RewardEntry): boolean {
  if (state === "voided") return reason !== "disputed" && reason !== "revoked"
  return state === "posted" || state === "corrected"
}
