import { useEffect } from "preact/hooks"
import type { MatchDatum, MatchRoom } from "../../state/match-models"
import { Button } from "../parts/Button"
import { Pending } from "../parts/Pending"
import { Screen } from "../parts/Screen"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { words, say as sayHere } from "../words"
import own from "./Matching.module.css"
import { datumWords } from "./said"
import { usePlace } from "../parts/usePlace"
import { matchProblem, nameOf, say } from "./words"

/** Each datum that a match is made by, and the way to take it back. */
export function MatchDataScreen({ room }: { readonly room: MatchRoom }) {
  const { busy, problem, ask } = useAsking()
  const look = () => void ask(() => room.look())
  useEffect(look, [room])
  const data = room.view.value?.data
  const place = usePlace(data && String(data.length))
  return (
    <Screen title={say("data.title")} back="#/mentor">
      <p>{say("data.lead")}</p>
      <Pending
        isOpen={data === undefined}
        busy={busy}
        problem={problem && matchProblem(problem)}
        opening={say("opening")}
        again={say("again")}
        onAgain={look}
      />
      <div ref={place} tabIndex={-1} class={own.place}>
        {data?.length === 0 && <p>{say("data.none")}</p>}
        {data !== undefined && data.length > 0 && (
          <ul role="list" class={css.rows}>
            {data.map((each) => (
              <li key={each.datum} class={css.sheet}>
                <Datum room={room} shown={each} />
              </li>
            ))}
          </ul>
        )}
      </div>
      <p>{say("data.not")}</p>
    </Screen>
  )
}

function Datum({ room, shown }: { readonly room: MatchRoom; readonly shown: MatchDatum }) {
  const { busy, problem, ask } = useAsking()
  const name = nameOf(`datum.${shown.datum}`, shown.datum)
  return (
    <>
      <h2>{name}</h2>
      <p>{datumWords(shown)}</p>
      <p class={css.faint}>{say("data.since", { day: words().date(shown.since, { dateStyle: "medium" }) })}</p>
      {shown.needed && <p>{say("data.needed")}</p>}
      <p>
        <Button
          disabled={busy}
          label={say("data.withdraw.of", { name })}
          onClick={() => void ask(() => room.withdraw(shown.datum))}
        >
          {busy ? sayHere("busy") : say("data.withdraw")}
        </Button>
      </p>
      {problem && <p role="alert">{matchProblem(problem)}</p>}
    </>
  )
}
