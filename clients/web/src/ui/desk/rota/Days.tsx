import { daysOf } from "../../../state/rota-models"
import { wallOf } from "../../session/moments"
import choiceCss from "../../parts/Choice.module.css"
import { dayWord } from "./Shifts"
import { say } from "../words"

export interface DaysProps {
  readonly week: number
  /** As `<input type="date">` has them. */
  readonly chosen: readonly string[]
  readonly onChange: (days: readonly string[]) => void
}

/** The days of a week on which a shift begins: any of them. */
export function Days({ week, chosen, onChange }: DaysProps) {
  return (
    <fieldset class={choiceCss.choice}>
      <legend class={choiceCss.label}>{say("rota.days")}</legend>
      <div class={choiceCss.options}>
        {daysOf(week)
          .slice(0, -1)
          .map((at) => {
            const { day } = wallOf(new Date(at))
            const isChosen = chosen.includes(day)
            return (
              <label key={day} class={choiceCss.option}>
                <input
                  type="checkbox"
                  class={choiceCss.radio}
                  checked={isChosen}
                  onChange={() => onChange(isChosen ? chosen.filter((each) => each !== day) : [...chosen, day].sort())}
                />
                {dayWord(at)}
              </label>
            )
          })}
      </div>
    </fieldset>
  )
}
