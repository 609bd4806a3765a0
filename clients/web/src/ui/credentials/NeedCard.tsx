import type { Finding, Need } from "../../state/application-models"
import { minutesWords } from "../times"
import css from "./Credentials.module.css"
import { Facts } from "../parts/Facts"
import { Documents } from "./Documents"
import type { NeedCardProps } from "./need-props"
import { calendarDay } from "./said"
import { Statement } from "./Statement"
import { isKey, needName, say, sayOr } from "./words"

/** One point: how it stands, what was found, and what whoever applies can give. */
export function NeedCard(props: NeedCardProps) {
  const { need, canChange } = props
  const hint = `hint.${need.need}`
  return (
    <>
      <NeedTop need={need} />
      {canChange && isKey(hint) && <p>{say(hint)}</p>}
      {need.finding !== undefined && <Found finding={need.finding} />}
      {need.minutes !== undefined && (
        <p>
          {say("training.of", { done: minutesWords(need.minutes.done), needed: minutesWords(need.minutes.needed) })}
        </p>
      )}
      {need.way === "statement" && <Statement {...props} />}
      {need.way === "document" && <Documents {...props} />}
    </>
  )
}

export interface NeedTopProps {
  readonly need: Need
  /** For whoever looks at it, and not for whoever gives it. */
  readonly forReview?: boolean
}

/** Its name, how it stands, and who shows it. */
export function NeedTop({ need, forReview = false }: NeedTopProps) {
  return (
    <>
      <div class={css.line}>
        <h3 class={css.grow}>{needName(need.need)}</h3>
        <span class={css.state} data-standing={need.state}>
          {say(`state.${need.state}`)}
        </span>
      </div>
      <p class={css.faint}>
        {say(forReview ? `review_way.${need.way}` : `way.${need.way}`)}
        {need.optional && ` ${say(forReview ? "review_way.optional" : "need.optional")}`}
      </p>
    </>
  )
}

export function Found({ finding: { source, method, on, until, since } }: { readonly finding: Finding }) {
  return (
    <Facts
      facts={[
        [say("found.source"), sayOr(`source.${source}`, "source.other")],
        [say("found.method"), sayOr(`method.${method}`, "method.other")],
        [say("found.on"), calendarDay(on)],
        [say("found.since"), since && calendarDay(since)],
        [say("found.until"), until === undefined ? say("fact.until.none") : calendarDay(until)],
      ]}
    />
  )
}
