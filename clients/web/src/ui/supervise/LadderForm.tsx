import { at, changed, type Rung, tiersOf } from "../../state/supervise-models"
import { Button } from "../parts/Button"
import { Percent } from "./Amount"
import type { FormProps } from "./BandForm"
import { tierName } from "./said"
import looks from "../desk/Desk.module.css"
import css from "./Supervise.module.css"
import { say } from "./words"

/** What happens while somebody waits for too long, step by step. */
export function LadderForm({ draft, onChange }: FormProps) {
  const rungs = (at(draft, ["ladder"]) ?? []) as readonly Rung[]
  const tiers = tiersOf(draft)
  const become = (next: readonly Rung[]) => onChange(changed(draft, ["ladder"], next))
  const set = (index: number, rung: Rung) => become(rungs.map((each, other) => (other === index ? rung : each)))
  return (
    <details class={css.fold} data-part="ladder">
      <summary>
        <strong>{say("ladder.title")}</strong>{" "}
        <span class={looks.faint}>{say("ladder.steps", { count: rungs.length })}</span>
      </summary>
      <p class={looks.faint}>{say("ladder.hint")}</p>
      {rungs.map((rung, index) => (
        <fieldset key={`${rungs.length}-${index}`} class={css.rung}>
          <legend>{say("rung.name", { number: index + 1 })}</legend>
          <Percent
            label={say("rung.at")}
            value={rung.at_percent}
            onChange={(share) => set(index, { ...rung, at_percent: share })}
          />
          <div class={css.ticks} role="group" aria-label={say("rung.who")}>
            <span>{say("rung.who")}</span>
            {tiers.map((tier) => (
              <Tick
                key={tier}
                label={tierName(tier)}
                on={rung.pages.includes(tier)}
                onChange={(on) =>
                  set(index, {
                    ...rung,
                    pages: on ? [...rung.pages, tier] : rung.pages.filter((each) => each !== tier),
                  })
                }
              />
            ))}
          </div>
          <Tick label={say("rung.widens.do")} on={rung.widens} onChange={(on) => set(index, { ...rung, widens: on })} />
          <Tick
            label={say("rung.outside.do")}
            on={rung.offers_outside}
            onChange={(on) => set(index, { ...rung, offers_outside: on })}
          />
          {rungs.length > 1 && (
            <p>
              <Button
                look="quiet"
                label={say("rung.remove", { number: index + 1 })}
                onClick={() => become(rungs.filter((_, other) => other !== index))}
              >
                {say("remove")}
              </Button>
            </p>
          )}
        </fieldset>
      ))}
      <p>
        <Button
          onClick={() => {
            const last = rungs.at(-1)?.at_percent ?? 0
            const share = Number.isNaN(last) ? 100 : last + 100
            become([...rungs, { at_percent: share, pages: [], widens: false, offers_outside: false }])
          }}
        >
          {say("rung.add")}
        </Button>
      </p>
    </details>
  )
}

export interface TickProps {
  readonly label: string
  readonly on: boolean
  readonly onChange: (on: boolean) => void
}

export function Tick({ label, on, onChange }: TickProps) {
  return (
    <label class={css.tick}>
      <input type="checkbox" checked={on} onChange={(event) => onChange(event.currentTarget.checked)} />
      {label}
    </label>
  )
}
