import type { MatchRoom } from "../../state/match-models"
import { Intake } from "./Intake"

export interface SearchProps {
  readonly room: MatchRoom
  /** Back from the first question. */
  readonly onLeave?: () => void
}

/** The questions of whoever looks for a mentor. */
export function Search({ room, ...rest }: SearchProps) {
  return (
    <Intake
      of="search"
      known={room.answers.value}
      keep={(answers) => room.keep(answers)}
      send={(codes) => room.begin(codes)}
      {...rest}
    />
  )
}
