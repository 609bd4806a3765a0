import { useEffect } from "preact/hooks"
import type { MatchRoom } from "../../state/match-models"
import { Pending } from "../parts/Pending"
import { Screen } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { Asks } from "./Asks"
import { Intake } from "./Intake"
import type { MatchProps } from "./match-props"
import { Options } from "./Options"
import { TogetherPart } from "./TogetherPart"
import { Waiting } from "./Waiting"
import { matchProblem, say } from "./words"

/** From a few questions to somebody to meet, one step after the other. */
export function MatchScreen({ room }: { readonly room: MatchRoom }) {
  const { busy, problem, ask } = useAsking()
  const look = () => void ask(() => room.look())
  useEffect(look, [room])
  const view = room.view.value
  return (
    <Screen title={say("title")} back="#/">
      <Pending
        isOpen={view === undefined}
        busy={busy}
        problem={problem && matchProblem(problem)}
        opening={say("opening")}
        again={say("again")}
        onAgain={look}
      />
      {view && view.asks.length > 0 && <Asks room={room} asks={view.asks} />}
      {view && <Stage room={room} view={view} />}
      {view && view.data.length > 0 && (
        <p>
          <a href="#/mentor/data">{say("data.link")}</a>
        </p>
      )}
    </Screen>
  )
}

function Stage({ room, view }: MatchProps) {
  switch (view.stage) {
    case "none":
      return view.asks.length > 0 ? null : <Intake room={room} />
    case "choice":
      return <Options room={room} view={view} />
    case "preparing":
    case "active":
      return view.together ? <TogetherPart room={room} together={view.together} stage={view.stage} /> : null
    default:
      return <Waiting room={room} view={view} stage={view.stage} />
  }
}
