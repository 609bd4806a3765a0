import { useEffect } from "preact/hooks"
import type { Role } from "../../protocol/events"
import type { Session } from "../../state/models"
import { LinkRow } from "../parts/Group"
import { useLoaded } from "../parts/useLoaded"
import { say } from "../words"

/** The server says who may; nobody else is shown the way. */
const DECIDE: readonly Role[] = ["coordinator", "supervisor"]

/**
 * The ways to what is about rewards; none while a crisis goes on, and none where it turns out that there
 * are none. They do not wait for that answer: a row that comes later moves what somebody is about to press.
 */
export function RewardRows({ session }: { readonly session: Session }) {
  const room = useLoaded(() => session.rooms.rewards())?.own
  const inCrisis = session.rooms.inCrisis.value
  const roles = session.roles.value
  useEffect(() => {
    if (room && room.rewards.peek() === undefined && !inCrisis) void room.look()
  }, [room, inCrisis])
  if (inCrisis || room?.isOff.value) return null
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
