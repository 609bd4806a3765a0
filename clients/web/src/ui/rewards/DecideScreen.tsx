import { useEffect } from "preact/hooks"
import type { Deciding } from "../../state/reward-staff-models"
import { Pending } from "../parts/Pending"
import { Screen, Section } from "../parts/Screen"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { usePlace } from "../parts/usePlace"
import { AwardCard } from "./AwardCard"
import { DisputeCard } from "./DisputeCard"
import { ProposeForm } from "./ProposeForm"
import { rewardProblem, say } from "./words"

/** What two people decide about rewards of others: disputes, and amounts that no rule counts by itself. */
export function DecideScreen({ deciding }: { readonly deciding: Deciding }) {
  const { busy, problem, ask } = useAsking()
  const look = () => void ask(() => deciding.look())
  useEffect(look, [deciding])
  const place = usePlace(String(deciding.disputes.value?.length))
  const [disputes, awards] = [deciding.disputes.value, deciding.awards.value]
  return (
    <Screen title={say("decide.title")} back="#/settings">
      <p>{say("decide.lead")}</p>
      <Pending
        isOpen={disputes === undefined}
        busy={busy}
        problem={problem && rewardProblem(problem)}
        opening={say("opening")}
        again={say("again")}
        onAgain={look}
      />
      {disputes && (
        <Section title={say("disputes")}>
          <div ref={place} tabIndex={-1} class={css.rows}>
            {disputes.length === 0 && <p>{say("disputes.none")}</p>}
            {disputes.length > 0 && (
              <ul role="list" class={css.rows}>
                {disputes.map((each) => (
                  <li key={`${each.account} ${each.entry.entry}`} class={css.sheet} data-part="dispute">
                    <DisputeCard deciding={deciding} shown={each} />
                  </li>
                ))}
              </ul>
            )}
          </div>
        </Section>
      )}
      {awards && (
        <Section title={say("awards")}>
          <ProposeForm deciding={deciding} />
          {awards.length === 0 && <p>{say("awards.none")}</p>}
          {awards.length > 0 && (
            <ul role="list" class={css.rows}>
              {awards.map((each) => (
                <li key={each.award} class={css.sheet} data-part="award">
                  <AwardCard deciding={deciding} shown={each} />
                </li>
              ))}
            </ul>
          )}
        </Section>
      )}
    </Screen>
  )
}
