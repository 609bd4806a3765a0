import { say } from "../words"
import { Button } from "./Button"

export interface PendingProps {
  /** Nothing is known yet. */
  readonly isOpen: boolean
  readonly busy: boolean
  /** Why the server did not say it, in words. */
  readonly problem: string | undefined
  readonly opening: string
  readonly again: string
  readonly onAgain: () => void
}

/** In the place of what the server has not said yet: that it is asked, or why it did not say. */
export function Pending({ isOpen, busy, problem, opening, again, onAgain }: PendingProps) {
  if (problem === undefined) return isOpen ? <p role="status">{opening}</p> : null
  return (
    <>
      <p role="alert">{problem}</p>
      <p>
        <Button disabled={busy} onClick={onAgain}>
          {busy ? say("busy") : again}
        </Button>
      </p>
    </>
  )
}
