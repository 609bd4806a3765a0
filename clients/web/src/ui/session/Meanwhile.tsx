import { Notice } from "../parts/Notice"
import { say } from "../words"

interface Changed {
  readonly revision: number
  readonly by: string
}

export interface MeanwhileProps {
  /** As it was when somebody began to change it. */
  readonly begun: Changed | undefined
  readonly current: Changed | undefined
}

/** Says so when somebody else has changed the same thing: what is saved last holds. */
export function Meanwhile({ begun, current }: MeanwhileProps) {
  if (begun === undefined || current === undefined || begun.revision === current.revision) return null
  return (
    <Notice live>
      <p>{say("session.meanwhile", { name: current.by })}</p>
    </Notice>
  )
}
