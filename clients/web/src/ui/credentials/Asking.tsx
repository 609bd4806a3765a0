import type { Problem } from "../../state/models"
import { Button } from "../parts/Button"
import { say as sayHere } from "../words"
import { credentialProblem, say } from "./words"

export interface AskingProps {
  /** Nothing is known yet. */
  readonly isOpen: boolean
  readonly busy: boolean
  readonly problem: Problem | undefined
  readonly onAgain: () => void
}

/** In the place of what the server has not said yet: that it is asked, or why it did not say. */
export function Asking({ isOpen, busy, problem, onAgain }: AskingProps) {
  if (problem === undefined) return isOpen ? <p role="status">{say("opening")}</p> : null
  return (
    <>
      <p role="alert">{credentialProblem(problem)}</p>
      <p>
        <Button disabled={busy} onClick={onAgain}>
          {busy ? sayHere("busy") : say("again")}
        </Button>
      </p>
    </>
  )
}
