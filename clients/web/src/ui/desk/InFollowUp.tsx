import { Notice } from "../parts/Notice"
import { say } from "./words"

/** Above the conversation of somebody whom one asks how they are. */
export function InFollowUp() {
  return (
    <Notice look="plain">
      <p>{say("followup.here")}</p>
      <p>
        <a href="#/desk/follow-ups">{say("followup.note")}</a>
      </p>
    </Notice>
  )
}
