import { useEffect } from "preact/hooks"
import type { Application, Applying, Offer } from "../../state/application-models"
import { Button } from "../parts/Button"
import { GroupList } from "../parts/Group"
import { Screen, Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { go } from "../router"
import { say as sayHere } from "../words"
import { Asking } from "./Asking"
import css from "./Credentials.module.css"
import { dayOfMoment } from "./said"
import { credentialProblem, isKey, nameOf, say } from "./words"

/** What can be applied for, and what has become of one's applications. */
export function ApplyScreen({ applying }: { readonly applying: Applying }) {
  const { busy, problem, ask } = useAsking()
  const look = () => void ask(() => applying.look())
  useEffect(look, [applying])
  const [offers, applications] = [applying.offers.value, applying.applications.value]
  const isOpen = offers === undefined || applications === undefined
  return (
    <Screen title={say("apply.title")} back="#/settings">
      <p>{say("apply.lead")}</p>
      <Asking isOpen={isOpen} busy={busy} problem={problem} onAgain={look} />
      {applications !== undefined && applications.length > 0 && (
        <Section title={say("apply.mine")}>
          <GroupList>
            {applications.map((each) => (
              <Row key={each.application} shown={each} />
            ))}
          </GroupList>
        </Section>
      )}
      {offers !== undefined && (
        <Section title={say("apply.offers")}>
          {offers.length === 0 && <p>{say("apply.offers.none")}</p>}
          <ul role="list" class={css.rows}>
            {offers.map((each) => (
              <li key={each.type} class={css.sheet}>
                <Offered applying={applying} offer={each} />
              </li>
            ))}
          </ul>
        </Section>
      )}
    </Screen>
  )
}

function Row({ shown: { application, type, standing, at } }: { readonly shown: Application }) {
  return (
    <li class={css.line}>
      <div class={css.grow}>
        <p>
          <a class={css.name} href={`#/apply/${application}`}>
            {nameOf(`type.${type}`, type)}
          </a>
        </p>
        <p class={css.faint}>{dayOfMoment(at)}</p>
      </div>
      <span class={css.state} data-standing={standing}>
        {say(`status.${standing}`)}
      </span>
    </li>
  )
}

function Offered({ applying, offer }: { readonly applying: Applying; readonly offer: Offer }) {
  const { busy, problem, ask } = useAsking()
  const begin = async () => {
    const { application } = await ask(() => applying.begin(offer.type))
    if (application !== undefined) go(`#/apply/${application}`)
  }
  const [name, about] = [nameOf(`type.${offer.type}`, offer.type), `offer.${offer.type}`]
  return (
    <>
      <h3>{name}</h3>
      {isKey(about) && <p>{say(about)}</p>}
      <p class={css.faint}>{say("apply.needs", { count: offer.needs })}</p>
      <p>
        <Button disabled={busy} label={say("apply.begin.of", { name })} onClick={() => void begin()}>
          {busy ? sayHere("busy") : say("apply.begin")}
        </Button>
      </p>
      {problem && <p role="alert">{credentialProblem(problem)}</p>}
    </>
  )
}
