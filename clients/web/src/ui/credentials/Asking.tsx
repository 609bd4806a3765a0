import type { Problem } from "../../state/models"
import { Pending } from "../parts/Pending"
import { credentialProblem, say } from "./words"

export interface AskingProps {
  /** Nothing is known yet. */
  readonly isOpen: boolean
  readonly busy: boolean
  readonly problem: Problem | undefined
  readonly onAgain: () => void
}

/** In the place of what the server has not said yet: that it is asked, or why it did not say. */
export function Asking({ problem, ...rest }: AskingProps) {
  return (
    <Pending {...rest} problem={problem && credentialProblem(problem)} opening={say("opening")} again={say("again")} />
  )
}
