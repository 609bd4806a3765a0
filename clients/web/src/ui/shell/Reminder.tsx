import type { Session } from "../../state/models"
import { Button } from "../parts/Button"
import { Notice } from "../parts/Notice"
import { go } from "../router"
import { timeOfDay } from "../times"
import { say } from "../words"

/** That an appointment begins soon. It names nobody: somebody may look over a shoulder. */
export function Reminder({ session }: { readonly session: Session }) {
  const soon = session.reminder.value
  if (soon === undefined) return null
  const seen = () => {
    session.reminder.value = undefined
  }
  const look = () => {
    seen()
    go(`#/c/${soon.conversation}/session`)
  }
  return (
    <Notice
      look="plain"
      actions={
        <>
          <Button onClick={look}>{say("session.look")}</Button>
          <Button look="quiet" onClick={seen}>
            {say("close")}
          </Button>
        </>
      }
    >
      <p>{say("session.soon", { time: timeOfDay(soon.startsAt) })}</p>
    </Notice>
  )
}
