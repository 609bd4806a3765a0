import type { DeskCase, DeskView } from "../../state/desk-models"
import { Screen } from "../parts/Screen"
import { timeOfDay } from "../times"
import { isUrgent } from "./Band"
import { AFTER } from "./card-files"
import { OneCard } from "./Cards"
import css from "./Case.module.css"
import deskCss from "./Desk.module.css"
import { span } from "./spans"
import { type DeskKey, say } from "./words"

export interface AfterCaseProps {
  readonly view: DeskView
  /** As it was when it was seen last; undefined if it was not seen here. */
  readonly last: DeskCase | undefined
  readonly now: number
}

/** A case that is not one's own any more: what is left is a pause. */
export function AfterCase({ view, last, now }: AfterCaseProps) {
  const wasHard = last !== undefined && isUrgent(last.band) && last.role === "holder"
  const restingUntil = view.resting_until
  return (
    <div class={css.scroll}>
      <Screen title={say("after.title")} back="#/desk">
        <p>{say(wordsFor(last))}</p>
        {restingUntil !== null && restingUntil > now && (
          <p>
            {say("rest.until", { time: timeOfDay(new Date(restingUntil)), left: span((restingUntil - now) / 1_000) })}
          </p>
        )}
        {wasHard && (
          <div class={deskCss.sheet}>
            <p>{say("after.pause")}</p>
            <p>{say("after.debrief")}</p>
          </div>
        )}
        {wasHard && <OneCard id={AFTER} />}
        <p>
          <a href="#/desk">{say("after.back")}</a>
        </p>
      </Screen>
    </div>
  )
}

function wordsFor(last: DeskCase | undefined): DeskKey {
  if (last?.role === "guest") return "after.guest"
  return last?.status === "wrap_up" ? "after.saved" : "after.gone"
}
