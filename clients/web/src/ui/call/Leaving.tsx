import type { Participant, Room } from "../../state/call-models"
import { Button } from "../parts/Button"
import { Dialog } from "../parts/Dialog"
import { useAsking } from "../parts/useAsking"
import { callProblem, say } from "./words"

export interface LeavingProps {
  readonly room: Room
  readonly onClose: () => void
}

/** What going means for the others, and how to end it for all. */
export function Leaving({ room, onClose }: LeavingProps) {
  const { busy, problem, ask } = useAsking()
  const mayEnd = room.circle === undefined || room.circle.powers.value.has("end")
  const act = (run: () => ReturnType<Room["leave"]>) => async () => {
    const { done } = await ask(run)
    if (done) onClose()
  }
  return (
    <Dialog
      title={say("leave.title")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{say("leave.stay")}</Button>
          {mayEnd && (
            <Button look="careful" disabled={busy} onClick={() => void act(() => room.end())()}>
              {say("leave.end")}
            </Button>
          )}
          <Button look="main" disabled={busy} onClick={() => void act(() => room.leave())()}>
            {say("leave.do")}
          </Button>
        </>
      }
    >
      <p>{leavingWords(room)}</p>
      {problem && <p role="alert">{callProblem(problem)}</p>}
    </Dialog>
  )
}

function leavingWords(room: Room): string {
  const people = room.people.value
  const me = people.find(({ isMe }) => isMe)
  if (room.circle === undefined || me === undefined || !leads(me)) return say("leave.text")
  const other = people.find((each) => !each.isMe && leads(each) && each.presence === "on")
  return other === undefined ? say("leave.lead.alone") : say("leave.lead", { name: other.handle })
}

/** Without anybody who does, a circle closes. */
function leads({ role }: Participant): boolean {
  return role === "facilitator" || role === "co_facilitator"
}
