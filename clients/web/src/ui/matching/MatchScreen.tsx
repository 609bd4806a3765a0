import { useEffect, useState } from "preact/hooks"
import type { MatchAsk, MatchRoom } from "../../state/match-models"
import type { Session } from "../../state/models"
import { Button } from "../parts/Button"
import { Pending } from "../parts/Pending"
import { Screen } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { Asks } from "./Asks"
import type { MatchProps } from "./match-props"
import own from "./Matching.module.css"
import { Options } from "./Options"
import { Search } from "./Search"
import { TogetherPart } from "./TogetherPart"
import { usePlace } from "../parts/usePlace"
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
  const [accepted, setAccepted] = useState<MatchAsk>()
  const place = usePlace(view && [view.stage, view.together.length, view.asks.length, accepted?.ask].join(" "))
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
      <div ref={place} tabIndex={-1} class={own.place}>
        {view && <Asks room={room} asks={view.asks} accepted={accepted} onAccept={setAccepted} />}
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
  if (begins) return <Search room={room} onLeave={() => setBegins(false)} />
  return (
    <p data-part="own">
      <Button onClick={() => setBegins(true)}>{say("own")}</Button>
    </p>
  )
}
