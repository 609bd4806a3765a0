import type { Screening } from "../../state/plan-models"
import css from "../plan/Plan.module.css"
import { say } from "../plan/words"

export interface ScreeningAnswersProps {
  readonly screenings: readonly Screening[]
}

/** What somebody answered, as they read it; for whoever is in the conversation. */
export function ScreeningAnswers({ screenings }: ScreeningAnswersProps) {
  if (screenings.length === 0) return <p class={css.facts}>{say("answers.none")}</p>
  return (
    <div class={css.head} data-answers>
      <p class={css.facts}>{say("answers.lead")}</p>
      {screenings.map((each) => (
        <section key={each.instrument} class={css.part} aria-label={each.title}>
          <h3 lang={each.language} dir="auto">
            {each.title}
          </h3>
          <dl class={css.answers} lang={each.language}>
            {each.asked.map(({ question, answer }, index) => (
              <div key={index}>
                <dt dir="auto">{question}</dt>
                <dd class={answer === undefined ? css.facts : css.given} dir="auto">
                  {answer ?? say("answers.skipped")}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  )
}
