import { useEffect } from "preact/hooks"
import type { Application, ApplicationStanding, Applying } from "../../state/application-models"
import { grouped } from "../../state/application-rules"
import { Button } from "../parts/Button"
import { Notice } from "../parts/Notice"
import { Screen, Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { go } from "../router"
import { fileSize } from "../times"
import { Asking } from "./Asking"
import css from "./Credentials.module.css"
import { HandIn } from "./HandIn"
import { NeedCard } from "./NeedCard"
import { credentialProblem, nameOf, say } from "./words"

export interface ApplicationScreenProps {
  readonly applying: Applying
  readonly id: string
}

/** One application: how it stands, and each point that is needed. */
export function ApplicationScreen({ applying, id }: ApplicationScreenProps) {
  const { busy, problem, ask } = useAsking()
  const look = () => void ask(() => applying.look())
  useEffect(look, [applying])
  const applications = applying.applications.value
  const shown = applications?.find(({ application }) => application === id)
  return (
    <Screen title={shown ? nameOf(`type.${shown.type}`, shown.type) : say("apply.one")} back="#/apply">
      <Asking isOpen={applications === undefined} busy={busy} problem={problem} onAgain={look} />
      {applications !== undefined && shown === undefined && <p>{say("problem.not_found")}</p>}
      {shown && <Shown applying={applying} shown={shown} />}
    </Screen>
  )
}

interface ShownProps {
  readonly applying: Applying
  readonly shown: Application
}

function Shown({ applying, shown }: ShownProps) {
  const { application, standing, needs } = shown
  const canChange = standing === "draft"
  return (
    <>
      <Standing applying={applying} shown={shown} />
      {canChange && needs.some(({ way }) => way === "document") && (
        <p>
          {say("doc.hint", { size: fileSize(applying.mostOctets) })} {say("sees.documents")}
        </p>
      )}
      {!isGone(standing) &&
        grouped(needs).map(([group, points]) => (
          <Section key={group} title={group === undefined ? say("needs.title") : nameOf(`group.${group}`, group)}>
            <ul role="list" class={css.rows}>
              {points.map((each) => (
                <li key={each.need} class={css.sheet} data-need={each.need}>
                  <NeedCard applying={applying} application={application} need={each} canChange={canChange} />
                </li>
              ))}
            </ul>
          </Section>
        ))}
      {!isGone(standing) && (
        <Section title={say("sees.title")}>
          <ul class={css.sentences}>
            <li>{say("sees.documents")}</li>
            <li>{say("sees.server")}</li>
            <li>{say("sees.others")}</li>
          </ul>
        </Section>
      )}
      {(canChange || standing === "submitted" || standing === "in_review") && (
        <HandIn applying={applying} shown={shown} />
      )}
    </>
  )
}

function Standing({ applying, shown }: ShownProps) {
  const { standing, reason, signedOff, type } = shown
  const { busy, problem, ask } = useAsking()
  const again = async () => {
    const { application } = await ask(() => applying.begin(type))
    if (application !== undefined) go(`#/apply/${application}`)
  }
  return (
    <>
      <Notice look="plain" title={say(`status.${standing}`)} live>
        <p>{say(`status_text.${standing}`)}</p>
        {standing === "in_review" && <p>{say("signed.so_far", { count: signedOff })}</p>}
        {standing === "approved" && (
          <p>
            <a href="#/credentials">{say("mine.title")}</a>
          </p>
        )}
      </Notice>
      {(standing === "refused" || standing === "draft") && reason !== undefined && (
        <Section title={say(standing === "draft" ? "returned.why" : "refused.why")}>
          <p class={css.said} dir="auto">
            {reason}
          </p>
        </Section>
      )}
      {(standing === "refused" || isGone(standing)) && (
        <p>
          <Button look="main" disabled={busy} onClick={() => void again()}>
            {say("apply.again")}
          </Button>
        </p>
      )}
      {problem && <p role="alert">{credentialProblem(problem)}</p>}
    </>
  )
}

/** Nothing of it is kept but that it was there. */
const isGone = (standing: ApplicationStanding): boolean => standing === "withdrawn" || standing === "lapsed"
