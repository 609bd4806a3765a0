import { useEffect, useState } from "preact/hooks"
import type { MatchCodes } from "../../state/intake"
import type { MatchOffering, OfferRoom } from "../../state/match-models"
import { Button } from "../parts/Button"
import { Switch } from "../parts/Choice"
import { Confirm } from "../parts/Confirm"
import { Facts } from "../parts/Facts"
import { Pending } from "../parts/Pending"
import { Screen, Section } from "../parts/Screen"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { words } from "../words"
import { Intake } from "./Intake"
import own from "./Matching.module.css"
import { datumWords } from "./said"
import { usePlace } from "../parts/usePlace"
import { matchProblem, nameOf, say } from "./words"

/** What somebody offers as a mentor, how many they help, and a pause. */
export function OfferScreen({ room }: { readonly room: OfferRoom }) {
  const { busy, problem, ask } = useAsking()
  const [changes, setChanges] = useState(false)
  const look = () => void ask(() => room.look())
  useEffect(look, [room])
  const offering = room.offering.value
  const isAsking = changes || offering?.data.length === 0
  const place = usePlace(offering && String(isAsking))
  const offer = async (codes: MatchCodes, places: number) => {
    const told = await room.offer(codes, places)
    if (told.done) setChanges(false)
    return told
  }
  return (
    <Screen title={say("offer.title")} back="#/mentor">
      <Pending
        isOpen={offering === undefined}
        busy={busy}
        problem={problem && matchProblem(problem)}
        opening={say("opening")}
        again={say("again")}
        onAgain={look}
      />
      {offering && !offering.isEligible && <p>{say("offer.not_eligible")}</p>}
      <div ref={place} tabIndex={-1} class={own.place}>
        {offering && isAsking && (
          <Intake
            of="offer"
            known={room.answers.value}
            most={offering.data.length === 0 ? 1 : offering.places}
            keep={(answers) => room.keep(answers)}
            send={offer}
            {...(changes ? { onLeave: () => setChanges(false) } : {})}
          />
        )}
        {offering && !isAsking && <Offered room={room} offering={offering} onChange={() => setChanges(true)} />}
      </div>
    </Screen>
  )
}

interface OfferedProps {
  readonly room: OfferRoom
  readonly offering: MatchOffering
  readonly onChange: () => void
}

function Offered({ room, offering, onChange }: OfferedProps) {
  const { busy, problem, ask } = useAsking()
  const [takesBack, setTakesBack] = useState(false)
  const { data, places, taken, isPaused } = offering
  return (
    <>
      <p>{say("offer.lead")}</p>
      <p>{say("offer.places", { taken: words().number(taken), places: words().number(places) })}</p>
      <Switch
        label={say("offer.pause")}
        hint={say("offer.pause.hint")}
        on={isPaused}
        disabled={busy}
        onChange={(paused) => void ask(() => room.pause(paused))}
      />
      {problem && <p role="alert">{matchProblem(problem)}</p>}
      <Section title={say("offer.told")}>
        <Facts
          facts={data.map((each) => [
            each.datum === "required" ? say("datum.traits") : nameOf(`datum.${each.datum}`, each.datum),
            datumWords(each),
          ])}
        />
        <p class={css.line} data-part="offer">
          <Button onClick={onChange}>{say("offer.change")}</Button>
          <Button onClick={() => setTakesBack(true)}>{say("offer.back")}</Button>
        </p>
      </Section>
      {takesBack && (
        <Confirm
          title={say("offer.back.ask")}
          label={say("offer.back")}
          run={() => room.takeBack()}
          problemText={matchProblem}
          onClose={() => setTakesBack(false)}
        >
          <p>{say("offer.back.text")}</p>
        </Confirm>
      )}
    </>
  )
}
