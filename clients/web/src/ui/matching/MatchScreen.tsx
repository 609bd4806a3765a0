import { useEffect, useRef, useState } from "preact/hooks"
import type { MatchRoom, MatchStage } from "../../state/match-models"
import type { Session } from "../../state/models"
import { Button } from "../parts/Button"
import { Pending } from "../parts/Pending"
import { Screen } from "../parts/Screen"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { Asks } from "./Asks"
import type { MatchProps } from "./match-props"
import { Options } from "./Options"
import { Search } from "./Search"
import { TogetherPart } from "./TogetherPart"
import { Waiting } from "./Waiting"
import { matchProblem, say } from "./words"

export interface MatchScreenProps {
  readonly room: MatchRoom
  /** They may offer to be a mentor. */
  readonly isMentor: boolean
  readonly direct: Session["direct"]
}

/** From a few questions to somebody to meet, one step after the other; and of a mentor, who asks. */
export function MatchScreen({ room, isMentor, direct }: MatchScreenProps) {
  const { busy, problem, ask } = useAsking()
  const look = () => void ask(() => room.look())
  useEffect(look, [room])
  const view = room.view.value
  const place = useFocus(view?.stage)
  return (
    <Screen title={say("title")} back="#/settings">
      <Pending
        isOpen={view === undefined}
        busy={busy}
        problem={problem && matchProblem(problem)}
        opening={say("opening")}
        again={say("again")}
        onAgain={look}
      />
      {view && <Asks room={room} asks={view.asks} />}
      <div ref={place} tabIndex={-1} class={css.rows}>
        {view?.together.map((each) => (
          <TogetherPart key={each.relationship} room={room} together={each} direct={direct} />
        ))}
        {view && <Stage room={room} view={view} isMentor={isMentor} />}
      </div>
      {view && view.data.length > 0 && (
        <p>
          <a href="#/mentor/data">{say("data.link")}</a>
        </p>
      )}
      {isMentor && (
        <p>
          <a href="#/mentor/offer">{say("offer.link")}</a>
        </p>
      )}
    </Screen>
  )
}

/** Where the focus goes with the next stage, if what had it went with the one before. */
function useFocus(stage: MatchStage | undefined) {
  const place = useRef<HTMLDivElement>(null)
  const before = useRef(stage)
  useEffect(() => {
    const isNext = before.current !== undefined && before.current !== stage
    before.current = stage
    if (isNext && document.activeElement === document.body) place.current?.focus({ preventScroll: true })
  }, [stage])
  return place
}

interface StageProps extends MatchProps {
  readonly isMentor: boolean
}

/** One's own search. */
function Stage({ room, view, isMentor }: StageProps) {
  switch (view.stage) {
    case "none":
      return isMentor || view.asks.length > 0 || view.together.length > 0 ? (
        <ForOneself room={room} />
      ) : (
        <Search room={room} />
      )
    case "choice":
      return <Options room={room} view={view} />
    case "preparing":
    case "active":
      return null
    default:
      return <Waiting room={room} view={view} stage={view.stage} />
  }
}

/** Whoever helps others mostly comes for them: one more press to look for a mentor of one's own. */
function ForOneself({ room }: { readonly room: MatchRoom }) {
  const [begins, setBegins] = useState(false)
  if (begins) return <Search room={room} />
  return (
    <p data-part="own">
      <Button onClick={() => setBegins(true)}>{say("own")}</Button>
    </p>
  )
}
