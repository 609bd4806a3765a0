import type { CredentialShown, ShownFacts } from "../../state/proof-models"
import { Facts } from "../parts/Facts"
import css from "./Credentials.module.css"
import { dayOfMoment, momentOf } from "./said"
import { isKey, say } from "./words"

export interface ShownCardProps {
  readonly shown: CredentialShown
}

/** What somebody showed: what it is and what it proves, or why it does not hold. */
export function ShownCard({ shown }: ShownCardProps) {
  const { handle: name, verdict } = shown
  if (verdict.kind === "refused") {
    return (
      <div class={css.sheet} data-verdict="refused">
        <h3>{say("who.refused", { name })}</h3>
        <p>{say(`flaw.${verdict.flaw}`)}</p>
      </div>
    )
  }
  return <Holds shown={shown} credential={verdict.credential} />
}

interface HoldsProps extends ShownCardProps {
  readonly credential: ShownFacts
}

function Holds({ shown: { handle: name, at, checkedAt }, credential }: HoldsProps) {
  const key = `type.${credential.type}`
  const looked = say("who.fact.status.no", { time: momentOf(checkedAt) })
  return (
    <div class={css.sheet} data-verdict="holds">
      <h3>{isKey(key) ? say(key) : <bdi>{credential.name}</bdi>}</h3>
      <p>{say("who.holds", { name })}</p>
      <Facts
        facts={[
          [say("who.fact.issuer"), say("who.fact.here", { name: credential.issuer })],
          [say("fact.until"), dayOfMoment(credential.validUntil)],
          [say("who.fact.shown"), momentOf(at)],
          [say("who.fact.status"), credential.isListed ? looked : undefined],
        ]}
      />
      <p>{say("who.proves", { name })}</p>
      <p>{say("who.proves.not", { name })}</p>
    </div>
  )
}
