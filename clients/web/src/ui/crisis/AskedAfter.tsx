import type { Crisis } from "../../state/crisis-models"
import { say } from "../words"

/** Who wants to know how somebody is, once a conversation is over. */
export function AskedAfter({ crisis }: { readonly crisis: Crisis }) {
  const { isFollowedUp = false, helpers = [] } = crisis.shown.value ?? {}
  if (!isFollowedUp) return null
  return (
    <div role="status">
      {helpers.map(({ name, isHere }) => (
        <p key={name}>{say(isHere ? "crisis.over.asked" : "crisis.over.asking", { name })}</p>
      ))}
    </div>
  )
}
