import type { BoardTier } from "../../state/desk-models"
import { whenOf } from "../times"
import css from "./Board.module.css"
import deskCss from "./Desk.module.css"
import rows from "./Rows.module.css"
import { tierName } from "./tiers"
import { say } from "./words"

/** Who is called, in turn, when nobody on duty answers; and whether a call would be heard. */
export function Tiers({ tiers }: { readonly tiers: readonly BoardTier[] }) {
  return (
    <section class={css.part}>
      <h2>{say("tiers.title")}</h2>
      {tiers.length === 0 ? (
        <p class={deskCss.faint}>{say("tiers.none")}</p>
      ) : (
        <>
          <ol role="list" class={rows.rows}>
            {tiers.map((each) => (
              <li key={each.tier} class={rows.row} data-tier={each.tier}>
                <p class={deskCss.grow}>
                  <strong>{tierName(each.tier)}</strong>{" "}
                  {each.targets > 0 && <span class={css.small}>{say("tiers.targets", { count: each.targets })}</span>}
                </p>
                <p class={css.small}>{standing(each)}</p>
              </li>
            ))}
          </ol>
          <p class={deskCss.faint}>{say("tiers.hint")}</p>
        </>
      )}
    </section>
  )
}

function standing({ targets, tested_at: at, is_tested: isTested }: BoardTier): string {
  if (targets === 0) return say("tiers.nobody")
  if (at === null) return say("tiers.never")
  return say(isTested ? "tiers.tested" : "tiers.silent", { time: whenOf(new Date(at)) })
}
