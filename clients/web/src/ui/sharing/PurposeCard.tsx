import { useState } from "preact/hooks"
import type { Recipient, SharedPurpose } from "../../state/sharing-models"
import { isWeighty, sharingStanding } from "../../state/sharing-rules"
import { Button } from "../parts/Button"
import { Switch } from "../parts/Choice"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { words } from "../words"
import { AgreeFirst, TakeBack } from "./Questions"
import type { PurposeProps } from "./sharing-props"
import { CONSENT_VERSIONS, say, sharingProblem } from "./words"

/** One purpose: its words, who would be told, and what one has said to it. */
export function PurposeCard(card: PurposeProps) {
  const { purpose, version, recipients } = card.shown
  const isKnown = CONSENT_VERSIONS[purpose] === version
  return (
    <>
      <h2>{say(`name.${purpose}`)}</h2>
      {isKnown ? (
        <p>
          {say(`consent.${purpose}.for`)} {say(`consent.${purpose}.leaves`)}
        </p>
      ) : (
        <p>{say("words.newer")}</p>
      )}
      {recipients.length > 0 ? <Recipients recipients={recipients} /> : <p class={css.faint}>{say("to.nobody")}</p>}
      <p>{standingText(card.shown)}</p>
      <Answer {...card} isKnown={isKnown} />
    </>
  )
}

function Recipients({ recipients }: { readonly recipients: readonly Recipient[] }) {
  return (
    <div>
      <h3>{say("to")}</h3>
      <ul role="list" class={css.table}>
        {recipients.map(({ host, types, hearsOfCrises }) => (
          <li key={`${host} ${types.join()}`}>
            <bdi dir="ltr" class={css.mono}>
              {host}
            </bdi>
            <span class={css.faint}>
              {types.includes("*") ? say("to.all") : say("to.types", { types: words().list(types) })}{" "}
              {hearsOfCrises && say("to.crises")}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}

function standingText(shown: SharedPurpose): string {
  const { givenAt, takenBackAt } = shown
  const day = (at: Date | undefined) => (at === undefined ? "" : words().date(at, { dateStyle: "long" }))
  const standing = sharingStanding(shown)
  return say(`standing.${standing}`, { day: day(standing === "taken_back" ? takenBackAt : givenAt) })
}

/** A switch where there is something to answer; a yes can always be taken back. */
function Answer({ sharing, isCalm, shown, isKnown }: PurposeProps & { readonly isKnown: boolean }) {
  const [asked, setAsked] = useState<"agree" | "back">()
  const { busy, problem, ask } = useAsking()
  const { purpose, version, isGiven, recipients } = shown
  const mayAgree = isKnown && isCalm && recipients.length > 0
  const change = (on: boolean) => {
    if (busy) return
    if (!on) setAsked("back")
    else if (isWeighty(shown)) setAsked("agree")
    else void ask(() => sharing.agree(purpose, version))
  }
  const close = () => setAsked(undefined)
  return (
    <>
      {(isGiven || mayAgree) && (
        <Switch label={say("agree", { name: say(`name.${purpose}`) })} on={isGiven} onChange={change} />
      )}
      {sharingStanding(shown) === "older" && (
        <p>
          <Button onClick={() => setAsked("back")}>{say("back")}</Button>
        </p>
      )}
      {problem && <p role="alert">{sharingProblem(problem)}</p>}
      {asked === "agree" && mayAgree && <AgreeFirst sharing={sharing} shown={shown} onClose={close} />}
      {asked === "back" && <TakeBack sharing={sharing} shown={shown} onClose={close} />}
    </>
  )
}
