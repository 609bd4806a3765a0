import { useState } from "preact/hooks"
import { type Cell, heat, type HourCover, inOrder } from "../../../state/rota-models"
import { Choice } from "../../parts/Choice"
import { words } from "../../words"
import { languageWord } from "../GapList"
import { say } from "../words"
import css from "./Rota.module.css"

const HOUR_MS = 3_600_000

export interface HeatProps {
  readonly hours: readonly HourCover[]
  /** The first moments of the days, and the first one after them. */
  readonly days: readonly number[]
  readonly now: number
}

/** How many are planned in each hour: a number in each place, which the colour only repeats. */
export function Heat({ hours, days, now }: HeatProps) {
  const languages = inOrder(new Set(hours.map(({ language }) => language)))
  const [wanted, setLanguage] = useState<string>()
  const [kind, setKind] = useState<"all" | "urgent">("all")
  const language = wanted !== undefined && languages.includes(wanted) ? wanted : languages[0]
  if (language === undefined) return null
  const name = language === "" && languages.length === 1 ? say("rota.any_language") : languageWord(language)
  const caption = say(kind === "all" ? "rota.heat.caption" : "rota.heat.caption.urgent", { language: name })
  return (
    <section class={css.part}>
      <h2>{say("rota.heat")}</h2>
      {languages.length > 1 && (
        <Choice
          label={say("rota.heat.language")}
          value={language}
          options={languages.map((each) => [each, languageWord(each)] as const)}
          onChange={setLanguage}
        />
      )}
      <Choice
        label={say("rota.heat.who")}
        value={kind}
        options={[
          ["all", say("rota.heat.all")],
          ["urgent", say("rota.heat.urgent")],
        ]}
        onChange={setKind}
      />
      <table class={css.heat}>
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{say("rota.heat.hour")}</th>
            {days.slice(0, -1).map((day) => (
              <th key={day} scope="col">
                <Weekday at={day} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {heat(hours, days, language, kind === "urgent").map((row) => (
            <tr key={row.at}>
              <th scope="row">{hourWord(row.at)}</th>
              {row.cells.map((cell, day) => (
                <Place key={days[day]} cell={cell} now={now} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** As long as there is room for it; to be heard in full. */
function Weekday({ at }: { readonly at: number }) {
  const shown = (weekday: "long" | "short" | "narrow") => words().date(new Date(at), { weekday })
  return (
    <>
      <span class="hidden">{shown("long")} </span>
      <span aria-hidden="true" class={css.short}>
        {shown("short")}
      </span>
      <span aria-hidden="true" class={css.narrow}>
        {shown("narrow")}
      </span>
      {words().date(new Date(at), { day: "numeric" })}
    </>
  )
}

function Place({ cell: { people, starts }, now }: { readonly cell: Cell; readonly now: number }) {
  const isOver = starts.every((at) => at + HOUR_MS <= now)
  return (
    <td data-people={people === undefined ? undefined : Math.min(people, 3)} data-over={isOver}>
      {people === undefined ? (
        <>
          <span aria-hidden="true">–</span>
          <span class="hidden">{say("rota.heat.skipped")}</span>
        </>
      ) : (
        words().number(people)
      )}
      {starts.length > 1 && <span class="hidden"> {say("rota.heat.twice")}</span>}
    </td>
  )
}

/** "14:00", "2 PM": where the day has twice twelve hours, with minutes only if there are some. */
function hourWord(at: number): string {
  const { hour12: isTwelve } = new Intl.DateTimeFormat(words().language, { hour: "numeric" }).resolvedOptions()
  const minute = isTwelve === true && new Date(at).getMinutes() === 0 ? {} : ({ minute: "2-digit" } as const)
  return words().date(new Date(at), { hour: "numeric", ...minute })
}
