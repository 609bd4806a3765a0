import type { ComponentChildren } from "preact"
import type { Outcome, Problem } from "../../state/models"
import { say } from "../words"
import { Button } from "./Button"
import { Dialog } from "./Dialog"
import { useAsking } from "./useAsking"

export interface ConfirmProps {
  readonly title: string
  /** What happens if it is pressed, before it is. */
  readonly children: ComponentChildren
  readonly label: string
  readonly look?: "main" | "careful"
  readonly run: () => Promise<Outcome>
  readonly problemText: (problem: Problem) => string
  readonly onClose: () => void
}

/** A step that is not taken back by itself. */
export function Confirm({ title, children, label, look = "main", run, problemText, onClose }: ConfirmProps) {
  const { busy, problem, ask } = useAsking()
  const go = async () => {
    const { done } = await ask(run)
    if (done) onClose()
  }
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{say("cancel")}</Button>
          <Button look={look} disabled={busy} onClick={() => void go()}>
            {busy ? say("busy") : label}
          </Button>
        </>
      }
    >
      {children}
      {problem && <p role="alert">{problemText(problem)}</p>}
    </Dialog>
  )
}
