import { at, changed, tiersOf } from "../../state/supervise-models"
import { Count } from "./Amount"
import { type FormProps, Numbered } from "./BandForm"
import { HOUSE, type HouseGroup } from "./fields"
import { Tick } from "./LadderForm"
import { tierName } from "./said"
import css from "./Supervise.module.css"
import { say } from "./words"

/** What is the same for every band. */
export function HouseForm({ draft, onChange, group }: FormProps & { readonly group: HouseGroup }) {
  return (
    <details class={css.fold} data-part={group}>
      <summary>
        <strong>{say(`group.${group}`)}</strong>
      </summary>
      <div class={css.fields}>
        {HOUSE[group].map((field) => (
          <Numbered key={field} draft={draft} onChange={onChange} path={[field]} label={say(`house.${field}`)} />
        ))}
        {group === "person" && <Attempts draft={draft} onChange={onChange} />}
      </div>
      {group === "surge" && <Standby draft={draft} onChange={onChange} />}
    </details>
  )
}

function Attempts({ draft, onChange }: FormProps) {
  const both = at(draft, ["follow_up_attempts"])
  if (!Array.isArray(both)) return null
  const [fewest = 0, most = 0] = both as number[]
  const become = (next: readonly number[]) => onChange(changed(draft, ["follow_up_attempts"], next))
  return (
    <>
      <Count label={say("attempts.fewest")} value={fewest} onChange={(count) => become([count, most])} />
      <Count label={say("attempts.most")} value={most} onChange={(count) => become([fewest, count])} />
    </>
  )
}

function Standby({ draft, onChange }: FormProps) {
  const asked = (at(draft, ["standby_tiers"]) ?? []) as readonly string[]
  return (
    <div class={css.ticks} role="group" aria-label={say("house.standby_tiers")}>
      <span>{say("house.standby_tiers")}</span>
      {tiersOf(draft).map((tier) => (
        <Tick
          key={tier}
          label={tierName(tier)}
          on={asked.includes(tier)}
          onChange={(on) =>
            onChange(changed(draft, ["standby_tiers"], on ? [...asked, tier] : asked.filter((each) => each !== tier)))
          }
        />
      ))}
    </div>
  )
}
