import type { Conversation, Session } from "../../state/models"
import { Screen, Section } from "../parts/Screen"
import { AskMe } from "../screening/AskMe"
import { ScreeningAnswers } from "../screening/ScreeningAnswers"
import css from "./Plan.module.css"
import { PlanParts } from "./PlanParts"
import { Reviewed } from "./Reviewed"
import { SharedPlan } from "./SharedPlan"
import { say } from "./words"

/** The person's own plan: without a network, in one tap. */
export function OwnPlanScreen({ session: { ownPlan } }: { readonly session: Session }) {
  return (
    <Screen title={say("plan.mine")} back="#/">
      <p>{say("plan.lead.own")}</p>
      <div class={css.plan}>
        <PlanParts book={ownPlan} canWrite />
        <Reviewed book={ownPlan} canWrite own />
      </div>
    </Screen>
  )
}

export interface SharedPlanScreenProps {
  readonly session: Session
  readonly conversation: Conversation
}

/** The plan of a conversation, on a screen of its own. */
export function SharedPlanScreen({ session, conversation }: SharedPlanScreenProps) {
  const { screenings } = conversation
  // Whoever has asked for help in here, and nobody else, may answer questions.
  const isAsking = session.crisis.conversation.value === conversation.id
  return (
    <Screen title={say("plan.conversation")} back={`#/c/${conversation.id}/session`}>
      <SharedPlan conversation={conversation} inside={false} />
      {isAsking && (
        <Section title={say("questions.begin")}>
          <AskMe conversation={conversation} onBand={(band) => session.crisis.raise(band)} />
        </Section>
      )}
      {screenings.value.length > 0 && (
        <Section title={say("answers.title")}>
          <ScreeningAnswers screenings={screenings.value} />
        </Section>
      )}
    </Screen>
  )
}
