import { useState } from "preact/hooks"
import type { Calls, Room, Stage } from "../../state/call-models"
import type { Session } from "../../state/models"
import { Button } from "../parts/Button"
import { Notice } from "../parts/Notice"
import { Screen, Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { go } from "../router"
import { useCheck } from "./Before"
import { CheckSteps } from "./Check"
import { Consent } from "./Recording"
import { callProblem, say } from "./words"

export interface WaitingProps {
  readonly session: Session
  readonly calls: Calls
  readonly room: Room
  readonly stage: Extract<Stage, { kind: "waiting" }>
}

/** Of a session whose lead needs a licence. */
export const LICENSED = "therapy_circle"

/** Until somebody lets one in. The place stays, also when the page is loaded anew. */
export function Waiting({ calls, room, stage }: WaitingProps) {
  const asking = useAsking()
  const [isChecking, setChecking] = useState(false)
  // Until somebody licensed is there, nobody is let into a therapy circle.
  const isShut = room.kind === LICENSED && stage.host !== "online"
  const recording = room.recording.state.value
  const asked = recording.kind === "off" || recording.kind === "stopped" ? undefined : recording
  return (
    <Screen title={say(isShut ? "lead.title" : "waiting.title")} back={`#/c/${room.conversation}`}>
      {room.link.value.kind !== "good" && (
        <Notice live>
          <p>{say("waiting.reconnecting")}</p>
        </Notice>
      )}
      <div role="status">
        {isShut ? <p>{say("lead.text")}</p> : <p>{say(stage.wasInside ? "waiting.moved_back" : "waiting.lead")}</p>}
        {stage.place !== undefined && <p>{say("waiting.place", { count: stage.place })}</p>}
        {stage.host !== "unknown" && <p>{say(`waiting.host.${stage.host}`)}</p>}
      </div>
      <p>{say("waiting.kept")}</p>
      {asked && (
        <Section title={say("recording.waiting.title")}>
          <p>{say("recording.waiting")}</p>
          <Consent room={room} asking={asking} request={asked.request} mine={asked.mine} isOutside />
        </Section>
      )}
      {isChecking ? (
        <CheckHere calls={calls} room={room} />
      ) : (
        <p>
          <Button onClick={() => setChecking(true)}>{say("waiting.devices")}</Button>
        </p>
      )}
      <p>
        <a href={`#/c/${room.conversation}`}>{say("waiting.write")}</a>
      </p>
      <p>
        <Button look="quiet" onClick={() => void leave(asking.ask, calls, room)}>
          {say("waiting.leave")}
        </Button>
      </p>
      {asking.problem && <p role="alert">{callProblem(asking.problem)}</p>}
    </Screen>
  )
}

async function leave(ask: ReturnType<typeof useAsking>["ask"], calls: Calls, room: Room): Promise<void> {
  const { done } = await ask(() => room.leave())
  if (!done) return
  calls.dismiss()
  go(`#/c/${room.conversation}`)
}

function CheckHere({ calls, room }: { readonly calls: Calls; readonly room: Room }) {
  const check = useCheck(calls)
  return check ? <CheckSteps check={check} media={room.media} /> : null
}
