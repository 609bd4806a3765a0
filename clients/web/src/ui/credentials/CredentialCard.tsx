import type { OwnCredential, RenewalStep } from "../../state/credential-models"
import { daysUntil, type Standing, standingOf } from "../../state/credential-rules"
import { now } from "../clock"
import { go } from "../router"
import { Button } from "../parts/Button"
import { useAsking } from "../parts/useAsking"
import css from "./Credentials.module.css"
import { Facts } from "../parts/Facts"
import { calendarDay, dayOfMoment } from "./said"
import { ShowIt, type ShowItProps } from "./ShowIt"
import { credentialProblem, nameOf, say, sayOr } from "./words"

/** One credential: what it is, how it stands, and what can be done with it. */
export function CredentialCard({ room, shown }: ShowItProps) {
  const { type, issuedAt, validUntil } = shown
  const standing = standingOf(shown, now.value)
  const isOver = standing === "revoked" || standing === "lapsed"
  return (
    <>
      <div class={css.line}>
        <h2 class={css.grow}>{nameOf(`type.${type}`, type)}</h2>
        <span class={css.state} data-standing={standing}>
          {say(`standing.${standing}`)}
        </span>
      </div>
      <About shown={shown} standing={standing} />
      <Facts
        facts={[
          [say("fact.issued"), dayOfMoment(issuedAt)],
          [say("fact.until"), standing === "revoked" ? undefined : dayOfMoment(validUntil)],
        ]}
      />
      {standing !== "revoked" && <Renewing room={room} shown={shown} standing={standing} />}
      {!isOver && <ShowIt room={room} shown={shown} />}
    </>
  )
}

/** What it means that it stands so; nothing where all is well. */
function About({ shown, standing }: { readonly shown: OwnCredential; readonly standing: Standing }) {
  if (standing === "active") return null
  const days = daysUntil(shown.validUntil, now.value)
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

interface RenewingProps extends ShowItProps {
  readonly standing: Standing
}

function Renewing({ room, shown: { type, steps }, standing }: RenewingProps) {
  const { busy, problem, ask } = useAsking()
  const isTime = standing === "expiring" || standing === "lapsed"
  const begin = async () => {
    const { application } = await ask(() => room.renew(type))
    if (application !== undefined) go(`#/apply/${application}`)
  }
  if (steps.length === 0 && !isTime) return null
  return (
    <div class={css.part}>
      {steps.length > 0 && (
        <>
          <h3>{say("renew.title")}</h3>
          <ul role="list" class={css.steps}>
            {next(steps).map(({ step, dueOn }) => (
              <li key={step}>
                <span>{nameOf(`step.${step}`, step)}</span>
                <span class={css.faint}>{say("step.due", { day: calendarDay(dueOn) })}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {isTime && (
        <p>
          <Button look="main" disabled={busy} onClick={() => void begin()}>
            {say("renew.do")}
          </Button>
        </p>
      )}
      {problem && <p role="alert">{credentialProblem(problem)}</p>}
    </div>
  )
}

/** Of what comes again and again, only what is due next. */
function next(steps: readonly RenewalStep[]): readonly RenewalStep[] {
  const first = new Map<string, RenewalStep>()
  for (const each of steps) {
    const known = first.get(each.step)
    if (known === undefined || each.dueOn < known.dueOn) first.set(each.step, each)
  }
  return [...first.values()]
}
