import { byDay, type Rota, type ShiftView } from "../../../state/rota-models"
import { Button } from "../../parts/Button"
import { dayOf, timeOfDay } from "../../times"
import { words } from "../../words"
import boardCss from "../Board.module.css"
import deskCss from "../Desk.module.css"
import rows from "../Rows.module.css"
import { say } from "../words"
import css from "./Rota.module.css"

const HOUR_MS = 3_600_000

/** What one has planned oneself, before anything else. */
export function OwnShifts({ shifts }: { readonly shifts: readonly ShiftView[] }) {
  return (
    <section class={css.part}>
      <h2>{say("rota.own")}</h2>
      {shifts.length === 0 ? (
        <p class={deskCss.faint}>{say("rota.own.none")}</p>
      ) : (
        <ul role="list" class={rows.rows}>
          {shifts.map((each) => (
            <li key={each.shift} class={rows.row}>
              <p class={deskCss.grow}>
                <strong>{dayWord(each.starts_at)}</strong>
              </p>
              <Times of={each} />
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

export interface ShiftsProps {
  readonly rota: Rota
  readonly days: readonly number[]
  /** Undefined for whoever may only look. */
  readonly onChange?: (shift: ShiftView) => void
}

/** Everybody's, day by day. */
export function Shifts({ rota, days, onChange }: ShiftsProps) {
  return (
    <section class={css.part}>
      <h2>{say("rota.all")}</h2>
      {rota.shifts.length === 0 && <p>{say("rota.none")}</p>}
      {byDay(rota.shifts, days).map(
        (shifts, day) =>
          shifts.length > 0 && (
            <div key={days[day]} class={css.day}>
              <h3>{dayWord(days[day] ?? 0)}</h3>
              <ul role="list" class={rows.rows}>
                {shifts.map((each) => (
                  <li key={each.shift} class={rows.row} data-shift={each.shift}>
                    <div class={deskCss.grow}>
                      <p>
                        <bdi class={boardCss.handle}>{each.handle}</bdi>
                        {each.is_mine && <span class={boardCss.small}>{say("rota.you")}</span>}
                      </p>
                      <Times of={each} />
                    </div>
                    {onChange && (
                      <Button
                        look="quiet"
                        label={say("rota.change.it", { name: each.handle, time: timeOfDay(new Date(each.starts_at)) })}
                        onClick={() => onChange(each)}
                      >
                        {say("rota.change")}
                      </Button>
                    )}
                  </li>
                ))}
              </ul>
            </div>
          ),
      )}
    </section>
  )
}

function Times({ of: { starts_at: starts, ends_at: ends } }: { readonly of: ShiftView }) {
  const [from, until] = [new Date(starts), new Date(ends)]
  const times = { from: timeOfDay(from), until: timeOfDay(until) }
  return (
    <p>
      {say(dayOf(from) === dayOf(until) ? "rota.times" : "rota.times.next", times)}{" "}
      <span class={`${boardCss.small} ${css.length}`}>{lengthWord(ends - starts)}</span>
    </p>
  )
}

/** "8 hr", "7.5 hr". */
export function lengthWord(milliseconds: number): string {
  const shown = { style: "unit", unit: "hour", unitDisplay: "short", maximumFractionDigits: 2 } as const
  return words().number(milliseconds / HOUR_MS, shown)
}

/** "Tuesday, 17 March". */
export function dayWord(at: number): string {
  return words().date(new Date(at), { weekday: "long", day: "numeric", month: "long" })
}
