import type { ComponentChildren } from "preact"
import type { Gap } from "../../state/rota-models"
import { namesOf, words } from "../words"
import deskCss from "./Desk.module.css"
import { nameOf } from "./Facts"
import css from "./Rows.module.css"
import { say } from "./words"

export interface GapListProps {
  readonly gaps: readonly Gap[]
  /** Whether anybody of the team names a language: else everybody takes any. */
  readonly isNamed: boolean
  /** What can be done about one. */
  readonly actionOf?: (gap: Gap) => ComponentChildren
}

/** How many are shown at once: what begins first is filled first. */
const MOST = 6

/** Hours that nobody is planned for, in words. */
export function GapList({ gaps, ...rest }: GapListProps) {
  const later = gaps.slice(MOST)
  return (
    <>
      <Rows gaps={gaps.slice(0, MOST)} {...rest} />
      {later.length > 0 && (
        <details class={deskCss.more}>
          <summary>{say("gap.more", { count: later.length })}</summary>
          <Rows gaps={later} {...rest} />
        </details>
      )}
    </>
  )
}

function Rows({ gaps, isNamed, actionOf }: GapListProps) {
  return (
    <ul role="list" class={css.rows}>
      {gaps.map((gap) => (
        <li key={`${gap.startsAt} ${gap.endsAt} ${gap.isUrgent}`} class={css.row} data-gap>
          <div class={css.wide}>
            <p>
              <strong>{whenWords(gap)}</strong>
            </p>
            <p>{missingWords(gap, isNamed)}</p>
          </div>
          {actionOf?.(gap)}
        </li>
      ))}
    </ul>
  )
}

function missingWords({ isUrgent, languages }: Gap, isNamed: boolean): string {
  if (!isNamed) return say(isUrgent ? "gap.urgent.any" : "gap.nobody.any")
  return say(isUrgent ? "gap.urgent" : "gap.nobody", { languages: namesOf(languages.map(languageWord)) })
}

/** "Tue, 17 Mar, 22:00 – Wed, 18 Mar, 06:00", as short as the language has it. */
export function whenWords({ startsAt, endsAt }: Gap): string {
  const shown = { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" } as const
  return new Intl.DateTimeFormat(words().language, shown).formatRange(startsAt, endsAt)
}

/** The name of a language, or of all that nobody named. */
export function languageWord(tag: string): string {
  return tag === "" ? say("gap.other") : nameOf("language", tag)
}
