import { useEffect, useState } from "preact/hooks"
import type { Role } from "../../protocol/events"
import type { Session } from "../../state/models"
import type { RewardRoom } from "../../state/reward-models"
import { LinkRow } from "../parts/Group"
import { useLoaded } from "../parts/useLoaded"
import { say } from "../words"

/** The server says who may; nobody else is shown the way. */
const DECIDE: readonly Role[] = ["coordinator", "supervisor"]

/** The ways to what is about rewards; none where there are none, and none while a crisis goes on. */
export function RewardRows({ session }: { readonly session: Session }) {
  const rooms = useLoaded(() => session.rooms.rewards())
  return rooms ? <Rows room={rooms.own} roles={session.roles.value} /> : null
}

function Rows({ room, roles }: { readonly room: RewardRoom; readonly roles: readonly Role[] }) {
  const [isAsked, setAsked] = useState(room.rewards.peek() !== undefined)
  const inCrisis = room.inCrisis.value
  useEffect(() => {
    if (!isAsked && !inCrisis) void room.look().then(() => setAsked(true))
  }, [room, inCrisis])
  if (!isAsked || room.isOff.value || inCrisis) return null
  return (
    <>
      <LinkRow to="#/rewards" icon="heart" text={say("settings.rewards")} />
      {roles.some((role) => DECIDE.includes(role)) && (
        <LinkRow to="#/rewards/decide" icon="people" text={say("settings.rewards.decide")} />
      )}
      {roles.includes("operator") && <LinkRow to="#/rewards/packs" icon="file" text={say("settings.rewards.packs")} />}
    </>
  )
}
