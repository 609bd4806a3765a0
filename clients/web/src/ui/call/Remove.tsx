import { useState } from "preact/hooks"
import type { Circle, Participant, RemoveReason } from "../../state/call-models"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { Dialog } from "../parts/Dialog"
import { useAsking } from "../parts/useAsking"
import { callProblem, say } from "./words"

const REASONS = [
  "disturbance",
  "agreement",
  "not_alone",
  "safety",
  "mistake",
] as const satisfies readonly RemoveReason[]

export interface RemoveProps {
  readonly person: Participant
  readonly circle: Circle
  readonly onClose: () => void
}

/** It cannot be taken back, and a reason is written down: so it is asked once. */
export function Remove({ person: { member, handle }, circle, onClose }: RemoveProps) {
  const [reason, setReason] = useState<RemoveReason>("disturbance")
  const { busy, problem, ask } = useAsking()
  const remove = async () => {
    const { done } = await ask(() => circle.remove(member, reason))
    if (done) onClose()
  }
  return (
    <Dialog
      title={say("remove.title", { name: handle })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{say("not_now")}</Button>
          <Button look="careful" disabled={busy} onClick={() => void remove()}>
            {say("remove.do")}
          </Button>
        </>
      }
    >
      <p>{say("remove.text", { name: handle })}</p>
      <Choice
        label={say("remove.reason")}
        value={reason}
        options={REASONS.map((each) => [each, say(`remove.reason.${each}`)] as const)}
        onChange={setReason}
      />
      {problem && <p role="alert">{callProblem(problem)}</p>}
    </Dialog>
  )
}
