import type { BoardResponder, Desk } from "../../state/desk-models"
import { timeOfDay } from "../times"
import css from "./Board.module.css"
import { EarlyStart } from "./EarlyStart"
import { nameOf } from "./Facts"
import { say } from "./words"

export interface TeamProps {
  readonly desk: Desk
  /** One's own handle. */
  readonly me: string
  readonly team: readonly BoardResponder[]
  readonly now: number
}

/** Who is there, by name and never by how they do. */
export function Team({ desk, me, team, now }: TeamProps) {
  const sorted = [...team].sort((one, other) => one.handle.localeCompare(other.handle))
  return (
    <section class={`${css.part} ${css.wide}`}>
      <h2>{say("team.title", { count: team.filter(({ duty }) => duty === "on").length })}</h2>
      {team.length === 0 && <p>{say("team.none")}</p>}
      <ul role="list" class={css.team}>
        {sorted.map((each) => (
          <li key={each.account} class={css.member}>
            <p>
              <bdi class={css.handle}>{each.handle}</bdi>
              {each.is_supervisor && <span class={css.small}>{say("team.supervisor")}</span>}
            </p>
            <p class={css.small}>{standing(each, now)}</p>
            <p class={css.small}>
              {say("team.slots", { used: each.slots_used, of: each.max_slots })}
              {each.languages.length > 0 && ` · ${each.languages.map((tag) => nameOf("language", tag)).join(", ")}`}
              {!each.takes_urgent && ` · ${say("team.not_urgent")}`}
            </p>
            {each.duty === "off" && isResting(each, now) && each.handle !== me && <EarlyStart desk={desk} of={each} />}
          </li>
        ))}
      </ul>
    </section>
  )
}

const isResting = ({ resting_until: until }: BoardResponder, now: number): boolean => until !== null && until > now

function standing({ duty, is_online: isOnline, resting_until: until }: BoardResponder, now: number): string {
  if (until !== null && until > now) return say("team.resting", { time: timeOfDay(new Date(until)) })
  if (duty !== "off" && !isOnline) return say("team.offline")
  return say(`team.${duty}`)
}
