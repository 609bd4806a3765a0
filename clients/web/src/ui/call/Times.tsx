import { useState } from "preact/hooks"
import type { Room } from "../../state/call-models"
import { now } from "../clock"
import { Button } from "../parts/Button"
import { Notice } from "../parts/Notice"
import { minutesSince, minutesUntil } from "./clock"
import { say } from "./words"

const MINUTE_MS = 60_000

/** When the planned time is over; undefined for calls that were not planned. */
function endOf(room: Room): Date | undefined {
  const [begun, minutes] = [room.startedAt.value, room.plannedMinutes.value]
  return begun && minutes !== undefined ? new Date(begun.getTime() + minutes * MINUTE_MS) : undefined
}

/** How much of the planned time is left, in minutes: nothing here counts seconds. */
export function TimeLeft({ room }: { readonly room: Room }) {
  const end = endOf(room)
  if (end === undefined) return null
  // Clocks differ by some seconds: more than was planned is never left.
  const left = Math.min(minutesUntil(end), room.plannedMinutes.value ?? 0)
  return <span>{left > 0 ? say("time.left", { count: left }) : say("time.over", { count: minutesSince(end) })}</span>
}

/** Said once, when the planned time is over. Nothing is cut off. */
export function Overrun({ room }: { readonly room: Room }) {
  const [isSeen, setSeen] = useState(false)
  const end = endOf(room)
  const minutes = room.plannedMinutes.value
  if (isSeen || end === undefined || minutes === undefined || end > now.value) return null
  return (
    <Notice look="plain" live actions={<Button onClick={() => setSeen(true)}>{say("seen")}</Button>}>
      <p>{say("time.over.notice", { count: minutes })}</p>
    </Notice>
  )
}
