import type { MatchRoom, MatchView } from "../../state/match-models"

/** How far it has come, and what can be done about it. */
export interface MatchProps {
  readonly room: MatchRoom
  readonly view: MatchView
}
