import type { Calls, Room } from "../../state/call-models"
import type { Conversation, Session } from "../../state/models"
import { Screen } from "../parts/Screen"
import { AgreementScreen } from "./AgreementScreen"
import { Before } from "./Before"
import { Ended, Refused } from "./Ended"
import { InRoom } from "./InRoom"
import { Waiting } from "./Waiting"
import { say } from "./words"

export interface CallScreensProps {
  readonly session: Session
  readonly calls: Calls
  readonly conversation: Conversation
}

/** The call of a conversation, from before it to after it. */
export function CallScreens({ session, calls, conversation }: CallScreensProps) {
  const room = calls.current.value
  return room?.conversation === conversation.id ? (
    <Staged key={room.call} session={session} calls={calls} room={room} />
  ) : (
    <Before calls={calls} conversation={conversation} />
  )
}

interface StagedProps {
  readonly session: Session
  readonly calls: Calls
  readonly room: Room
}

function Staged({ session, calls, room }: StagedProps) {
  const stage = room.stage.value
  switch (stage.kind) {
    case "joining":
      return (
        <Screen title={say("title")} back={`#/c/${room.conversation}`}>
          <p role="status">{say("opening")}</p>
        </Screen>
      )
    case "agreement":
      return <AgreementScreen room={room} agreement={stage.agreement} />
    case "waiting":
      return <Waiting session={session} calls={calls} room={room} stage={stage} />
    case "in":
    case "paused":
      return <InRoom session={session} calls={calls} room={room} />
    case "ended":
      return <Ended session={session} calls={calls} room={room} stage={stage} />
    case "refused":
      return <Refused calls={calls} room={room} problem={stage.problem} />
  }
}
