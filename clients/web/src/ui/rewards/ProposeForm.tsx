import { useId, useState } from "preact/hooks"
import type { Deciding } from "../../state/reward-staff-models"
import { Button } from "../parts/Button"
import { Field } from "../parts/Field"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { usePlace } from "../parts/usePlace"
import { say as sayHere } from "../words"
import { ruleName } from "./said"
import { rewardProblem, say } from "./words"

/** Rules that people decide by (mode `disc`), of the packs that ship. The server knows the ranges. */
const RULES = [
  "peer.knowledge",
  "peer.suggestion",
  "peer.leadership",
  "mentee.offering",
  "mentee.story",
  "mentee.advocacy",
  "mentee.leadership",
  "professional.research",
  "professional.content",
  "professional.course",
  "professional.quality",
  "professional.innovation",
] as const
const MOST_REASON_CHARS = 500
const AMOUNT = /^[1-9][0-9]{0,5}$/

/** To propose an amount for somebody; it needs somebody else who stands for it. */
export function ProposeForm({ deciding }: { readonly deciding: Deciding }) {
  const [isOpen, setOpen] = useState(false)
  const [handle, setHandle] = useState("")
  const [rule, setRule] = useState<string>(RULES[0])
  const [amount, setAmount] = useState("")
  const [reason, setReason] = useState("")
  const { busy, problem, ask } = useAsking()
  const place = usePlace(String(isOpen))
  const ids = [useId(), useId()] as const
  const isWhole = handle.trim() !== "" && AMOUNT.test(amount) && reason.trim() !== ""
  const send = async () => {
    const proposal = { handle: handle.trim(), rule, amountMvt: Number(amount), reason: reason.trim() }
    const { done } = await ask(() => deciding.propose(proposal))
    if (!done) return
    for (const empty of [setHandle, setAmount, setReason]) empty("")
    setOpen(false)
  }
  return (
    <div ref={place} tabIndex={-1} class={css.rows}>
      <p>
        <Button expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {say("propose")}
        </Button>
      </p>
      {isOpen && (
        <form
          class={css.form}
          aria-label={say("propose")}
          onSubmit={(event) => {
            event.preventDefault()
            void send()
          }}
        >
          <Field label={say("propose.who")} value={handle} onInput={setHandle} autocomplete="off" literal required />
          <div class={css.choose}>
            <label for={ids[0]}>{say("propose.rule")}</label>
            <select id={ids[0]} value={rule} onChange={(event) => setRule(event.currentTarget.value)}>
              {RULES.map((each) => (
                <option key={each} value={each}>
                  {ruleName(each)}
                </option>
              ))}
            </select>
          </div>
          <Field
            label={say("propose.amount")}
            value={amount}
            onInput={setAmount}
            inputMode="numeric"
            maxLength={6}
            required
          />
          <div class={css.choose}>
            <label for={ids[1]}>{say("propose.reason")}</label>
            <textarea
              id={ids[1]}
              dir="auto"
              rows={3}
              maxLength={MOST_REASON_CHARS}
              value={reason}
              onInput={(event) => setReason(event.currentTarget.value)}
            />
          </div>
          <p class={css.line}>
            <Button type="submit" disabled={busy || !isWhole}>
              {busy ? sayHere("busy") : say("propose.send")}
            </Button>
          </p>
          {problem && <p role="alert">{rewardProblem(problem)}</p>}
        </form>
      )}
    </div>
  )
}
