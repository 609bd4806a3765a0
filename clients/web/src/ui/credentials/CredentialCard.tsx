import type { CredentialRoom, OwnCredential, Renewal } from "../../state/credential-models"
import { daysUntil, type Standing, standingOf } from "../../state/credential-rules"
import { now } from "../clock"
import { Button } from "../parts/Button"
import { useAsking } from "../parts/useAsking"
import css from "./Credentials.module.css"
import { Facts } from "../parts/Facts"
import { dayOfMoment, titleOf } from "./said"
import { ShowIt, type ShowItProps } from "./ShowIt"
import { credentialProblem, nameOf, say, sayOr } from "./words"

/** One credential: what it is, how it stands, and what can be done with it. */
export function CredentialCard({ room, shown }: ShowItProps) {
  const { type, level, issuedAt, validUntil, renewal } = shown
  const standing = standingOf(shown, now.value)
  const isOver = standing === "revoked" || standing === "lapsed"
  return (
    <>
      <div class={css.line}>
        <h2 class={css.grow}>{titleOf(type, level)}</h2>
        <span class={css.state} data-standing={standing}>
          {say(`standing.${standing}`)}
        </span>
      </div>
      <About shown={shown} standing={standing} />
      <Facts
        facts={[
          [say("fact.issued"), dayOfMoment(issuedAt)],
          [say("fact.until"), standing === "revoked" ? undefined : untilWords(validUntil)],
        ]}
      />
      {renewal !== undefined && standing !== "revoked" && (
        <Renewing room={room} credential={shown.credential} renewal={renewal} standing={standing} />
      )}
      {!isOver && <ShowIt room={room} shown={shown} />}
    </>
  )
}

/** What it means that it stands so; nothing where all is well. */
function About({ shown, standing }: { readonly shown: OwnCredential; readonly standing: Standing }) {
  if (standing === "active") return null
  const days = shown.validUntil === undefined ? 0 : daysUntil(shown.validUntil, now.value)
  const why = shown.reason === undefined ? undefined : sayOr(`reason.${shown.reason}`, "reason.other")
  return (
    <>
      {standing === "expiring" ? (
        <p>
          {days === 0 ? say("expiring.today") : say("expiring.days", { count: days })} {say("about.expiring")}
        </p>
      ) : (
        <p>{say(`about.${standing}`)}</p>
      )}
      {(standing === "suspended" || standing === "revoked") && why !== undefined && (
        <p>{say("why", { reason: why })}</p>
      )}
      {standing === "revoked" && (
        <p>
          <a href="#/apply">{say("mine.apply.again")}</a>
        </p>
      )}
    </>
  )
}

const untilWords = (end: Date | undefined) => (end === undefined ? say("fact.until.none") : dayOfMoment(end))

interface RenewingProps {
  readonly room: CredentialRoom
  readonly credential: string
  readonly renewal: Renewal
  readonly standing: Standing
}

function Renewing({ room, credential, renewal, standing }: RenewingProps) {
  const { busy, problem, ask } = useAsking()
  const { steps, application } = renewal
  const isTime = standing === "expiring" || standing === "lapsed"
  return (
    <div class={css.part}>
      {steps.length > 0 && (
        <>
          <h3>{say("renew.title")}</h3>
          <ul role="list" class={css.steps}>
            {steps.map(({ step, dueAt, done }) => (
              <li key={step}>
                <span>{nameOf(`step.${step}`, step)}</span>
                <span class={css.faint}>{done ? say("step.done") : due(dueAt)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {application !== undefined && (
        <p>
          {say("renew.begun")} <a href={`#/apply/${application}`}>{say("renew.see")}</a>
        </p>
      )}
      {application === undefined && isTime && (
        <p>
          <Button look="main" disabled={busy} onClick={() => void ask(() => room.renew(credential))}>
            {say("renew.do")}
          </Button>
        </p>
      )}
      {problem && <p role="alert">{credentialProblem(problem)}</p>}
    </div>
  )
}

function due(at: Date): string {
  return say(at.getTime() <= now.value.getTime() ? "step.late" : "step.due", { day: dayOfMoment(at) })
}
