import type { MatchRoom } from "../../state/match-models"
import { Intake } from "./Intake"

/** The questions of whoever looks for a mentor. */
export function Search({ room }: { readonly room: MatchRoom }) {
  return (
    <Intake
      of="search"
      known={room.answers.value}
      keep={(answers) => room.keep(answers)}
      send={(codes) => room.begin(codes)}
    />
  )
}
