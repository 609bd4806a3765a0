import { useId, useState } from "preact/hooks"
import type { RewardRoom } from "../../state/reward-models"
import { Button } from "../parts/Button"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { usePlace } from "../parts/usePlace"
import { say as sayHere } from "../words"
import { rewardProblem, say } from "./words"

const MOST_REASON_CHARS = 1_000

export interface DisputeProps {
  readonly room: RewardRoom
  readonly entry: string
  readonly isPending: boolean
}

/** To say that something is not right. It costs nothing, and nobody is asked for more than a sentence. */
export function Dispute({ room, entry, isPending }: DisputeProps) {
  const [reason, setReason] = useState("")
  const [sent, setSent] = useState(false)
  const { busy, problem, ask } = useAsking()
  const id = useId()
  const place = usePlace<HTMLParagraphElement>(String(sent))
  const send = async () => setSent((await ask(() => room.dispute(entry, reason.trim()))).done)
  if (sent) {
    return (
      <p ref={place} tabIndex={-1} role="status">
        {say("dispute.sent")}
      </p>
    )
  }
  return (
    <form
      class={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <div class={css.choose}>
        <label for={id}>{say("dispute.why")}</label>
        <p class={css.faint} id={`${id}-hint`}>
          {say(isPending ? "dispute.hint.pending" : "dispute.hint")}
        </p>
        <textarea
          id={id}
          dir="auto"
          rows={3}
          maxLength={MOST_REASON_CHARS}
          value={reason}
          aria-describedby={`${id}-hint`}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </div>
      <p>
        <Button type="submit" disabled={busy || reason.trim() === ""}>
          {busy ? sayHere("busy") : say("dispute.send")}
        </Button>
      </p>
      {problem && <p role="alert">{rewardProblem(problem)}</p>}
    </form>
  )
}
